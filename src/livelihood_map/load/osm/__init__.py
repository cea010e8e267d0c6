"""What is read from OpenStreetMap and the like: streets, lines, buildings, features, ground."""
