"""Lies planted into real and made plans: does ``ledger verify`` contradict each of them?"""
