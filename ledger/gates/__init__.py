"""Briefs and exit criteria, judged."""
