"""Parquet files, as streams of CSV. The library is imported only when there is such a file: it takes a while."""

import io
from collections.abc import Iterator
from typing import Any, Final

from triage.sources.errors import SourceError
from triage.sources.written import Written, text_of

PARQUET_MAGIC: Final = b"PAR1"
PARQUET_MAX_BYTES: Final = 2 * 1024**3
"""Where it has to be held in memory, as standard input does not go back."""

CELLS_MAX: Final = 1_000_000_000
UNPACKED_MAX_BYTES: Final = 16 * 1024**3
BATCH_ROWS: Final = 1024


def open_parquet(file: io.BufferedIOBase, source: str) -> Written:
    """The Parquet file that `file` (seekable) holds, as CSV: the names first, then a line for each row.

    Raises:
        SourceError: it is no Parquet file, is damaged in its head, or is larger than the limits above.
    """
    import pyarrow as pa  # type: ignore[import-untyped] # noqa: PLC0415
    import pyarrow.parquet as library  # type: ignore[import-untyped] # noqa: PLC0415

    try:
        opened = library.ParquetFile(file)
        size = sum(opened.metadata.row_group(place).total_byte_size for place in range(opened.num_row_groups))
        names = opened.schema_arrow.names
        cells = opened.metadata.num_rows * len(names)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(f"`{source}` cannot be read as Parquet: it is damaged or encrypted") from error
    if cells > CELLS_MAX:
        raise SourceError(f"`{source}` has {cells} cells; at most {CELLS_MAX} are read")
    if size > UNPACKED_MAX_BYTES:
        raise SourceError(f"`{source}` unpacks to {size} bytes; at most {UNPACKED_MAX_BYTES} are read")
    return Written(_rows(opened, pa.ArrowException))


def _rows(opened: Any, failures: type[Exception]) -> Iterator[list[str]]:
    yield [text_of(name) for name in opened.schema_arrow.names]
    try:
        for batch in opened.iter_batches(batch_size=BATCH_ROWS):
            columns = [_texts(column) for column in batch.columns]
            yield from map(list, zip(*columns, strict=True))
    except (failures, OSError, ValueError) as error:
        raise EOFError(str(error)) from error  # what was read before stays read; the rest is one unreadable row


def _texts(column: Any) -> list[str]:
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return [text_of(value) for value in column.to_pylist()]
