"""Everything that is read, judged or reported: immutable, typed values.

Those that the hook meets are named tuples, the others frozen dataclasses. The hook runs at
every commit; pydantic takes longer to import than the hook has, and 15 dataclasses take 20 ms
to define where named tuples take 4. pydantic validates, serialises and describes the same
classes where data crosses a boundary: see ``ledger.contract``.

Modules that define named tuples do not postpone annotations: ``typing`` would compile each of
them again, 15 ms in all.
"""
