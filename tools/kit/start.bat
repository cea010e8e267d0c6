@echo off
setlocal
pushd "%~dp0"
chcp 65001 >nul
set "FOUND=" & set "PYTHONHOME="
set "PYTHONUTF8=1"
set "OWN=%LOCALAPPDATA%\Programs\Python\Python312\python.exe"
if exist python-3.12.10-amd64.exe if not exist "%OWN%" python-3.12.10-amd64.exe /passive PrependPath=0
for %%P in ("%OWN%" py.exe python.exe) do %%P -c "raise SystemExit(0)" >nul 2>&1 && set "FOUND=%%~P"
if not defined FOUND type kit\no-python.txt & pause & exit /b 1
"%FOUND%" kit\start.py %*
if errorlevel 1 pause
exit /b %errorlevel%
