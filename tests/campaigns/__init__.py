"""Campaigns: longer than a test should be, started by hand, shortened for CI."""
