"""Outside files in, checked tables out: the only place that reads raw files."""
