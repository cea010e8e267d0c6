#!/bin/sh
# Opens the program; everything else is said and done by kit/start.py.
here=$(dirname "$0")
for python in python3.12 python3 python; do
    if "$python" -c "" 2>/dev/null; then
        exec "$python" "$here/kit/start.py" "$@"
    fi
done
cat "$here/kit/no-python.txt"
exit 1
