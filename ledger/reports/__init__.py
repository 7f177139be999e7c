"""Reports for people and for machines: values in, text out. Nothing here prints."""
