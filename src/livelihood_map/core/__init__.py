"""Ground floor of the house: errors, labels, units, CRS, schemas, tables, settings and files."""
