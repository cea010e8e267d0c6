"""The office program: a local web program from the files of an office to the printed plan.

It is the only importer of the web framework. Pages are made here, on this computer; whatever
computes or opens a file runs in a child process (`child`), so that the program outlives it.
"""
