"""How any outside file becomes rows: readers, limits, headings, parsing, intake."""
