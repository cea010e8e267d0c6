#!/bin/sh
# Opens the program; everything else is said and done by kit/start.py.
cd "$(dirname "$0")" || exit 1
for python in python3.12 python3 python; do
    if "$python" -c "" 2>/dev/null; then
        exec "$python" kit/start.py "$@"
    fi
done
cat kit/no-python.txt
exit 1
