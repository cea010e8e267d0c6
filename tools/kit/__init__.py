"""The folder for a stick: what a computer without internet needs for a double click."""
