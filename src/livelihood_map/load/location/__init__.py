"""Where a row lies: coordinates and their datum, addresses, towns."""
