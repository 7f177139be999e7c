"""Frozen, slotted dataclasses: everything that is read, judged or reported.

They are plain dataclasses because the hook runs at every commit and pydantic alone takes
longer to import than the hook has. pydantic validates, serialises and describes the same
classes where data crosses a boundary: see ``ledger.contract``.
"""
