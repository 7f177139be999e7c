"""Claims: what a fix plan's prose says that can be checked, and whether the evidence agrees.

``extract`` reads claims out of text, ``observed`` lays out what runs say, ``judge`` holds the
one against the other. All of it is pure: values in, values out. Files and git are the business
of ``ledger.claims.verifying``.
"""
