"""Python's collector of cycles, kept away while many events are made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keeps the collector away from what the block does; it stays away where it was switched off before.

    Events have no cycles, but the collector looks at all young objects each time that some hundred were made, and now
    and then at everything alive: of reading 500 events at a time it took a third, beside a large heap four fifths; of
    deciding a batch of 128 calls a tenth.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
