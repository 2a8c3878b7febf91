"""Reading a provider's CSV file: decoding, the header, rows numbered as a spreadsheet numbers them."""

import base64
import binascii
import csv
import gzip
import io
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from shared.errors import Invalid, TooLarge

MAX_BYTES = 1_048_576
_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_PDF = b"%PDF-"
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "upright strokes"}
_FORMULA = ("'", "=", "+", "-", "@")
_IGNORED = "errors"
_DO_NOT_EDIT = "do not edit"
_SHOWN_NAMES = 5


class FileUnreadable(Invalid):
    """The file as a whole cannot be read: ``details["reason"]`` says why, by one of the names below."""

    @classmethod
    def because(cls, reason: str, message: str, **details: object) -> "FileUnreadable":
        return cls(message, reason=reason, **details)


@dataclass(frozen=True, slots=True)
class Row:
    """A data row: ``number`` is the one that a spreadsheet shows (the header is 1); cells by column, clean.

    ``ends_after``: how many columns it has, when they are fewer than those of the header.
    """

    number: int
    cells: Mapping[str, str]
    surplus: tuple[str, ...] = ()
    ends_after: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file holds: its data rows, and how many blank rows were skipped."""

    rows: tuple[Row, ...]
    blank_rows: int


@dataclass(frozen=True, slots=True, order=True)
class RowError:
    """One thing that is wrong in a file: ``row`` is the spreadsheet's number, ``message`` says what would be right."""

    row: int
    column: str
    value: str
    message: str


def pack(data: bytes) -> str:
    """A file as text for a call: gzip, then base64, so that a full 1 MB file stays under a request's limit."""
    return base64.b64encode(gzip.compress(data, mtime=0)).decode("ascii")


def unpack(text: str) -> bytes:
    """The file of a call: base64 of the bytes as they are, or of their gzip. Raises FileUnreadable, TooLarge."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise FileUnreadable.because(
            "not_base64", "The file did not arrive whole; send it as base64 text"
        ) from None
    return _inflate(data) if data.startswith(_GZIP) else data


def _inflate(data: bytes) -> bytes:
    """At most one byte over the limit is unpacked, so that a small text cannot fill the memory."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            return packed.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise FileUnreadable.because("not_gzip", "The file did not arrive whole; pack it again") from None


def decode(data: bytes) -> str:
    """The text of a file of at most 1 MB. Raises FileUnreadable, TooLarge."""
    if len(data) > MAX_BYTES:
        message = f"The file has {len(data)} bytes; the limit is {MAX_BYTES} (1 MB), so split it"
        raise TooLarge(message, size_bytes=len(data), limit_bytes=MAX_BYTES)
    return whole_text(data)


def whole_text(data: bytes) -> str:
    """The text of the whole file: without a BOM, as UTF-8, else as Windows-1252. Raises FileUnreadable."""
    if data.lstrip().startswith(_PDF):
        message = "This is a PDF and not a CSV file; save the spreadsheet that it was made from as CSV UTF-8"
        raise FileUnreadable.because("binary", message)
    if b"\0" in data or data.startswith(b"PK\x03\x04"):
        raise FileUnreadable.because("binary", "This is not a CSV file; save the spreadsheet as CSV UTF-8")
    body = data.removeprefix(_BOM)
    for encoding in ("utf-8", "cp1252"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileUnreadable.because(
        "encoding", "The file is neither UTF-8 nor Windows-1252; save it as CSV UTF-8"
    )


def clean(value: str) -> str:
    """A cell without surrounding space and without the one apostrophe that keeps leading zeros."""
    return value.strip().removeprefix("'").strip()


def protect(value: str) -> str:
    """A value as a cell that no spreadsheet takes for a formula: the reverse of ``clean``."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def read(
    data: bytes, columns: Sequence[str], *, optional: Collection[str] = (), instructions: bool = False
) -> Sheet:
    """The rows of a file with these columns, in any case and order.

    ``instructions``: a second line that says "Do not edit ..." is skipped, as the two sheets for recommendations and
    placements have one (domain page, "The bulk file"); in the file of trainees it is a row like any other.

    Raises FileUnreadable (empty, no_header, separator, columns, no_rows, malformed, binary, encoding) and TooLarge.
    """
    text = decode(data)
    _check_separator(text, columns)
    lines = _lines(text)
    if not lines:
        raise FileUnreadable.because("empty", "The file is empty; start from the template")
    names = _header(lines[0], columns, optional)
    skipped = 2 if instructions and len(lines) > 1 and _instructs(lines[1]) else 1
    numbered = list(enumerate(lines[skipped:], start=skipped + 1))
    filled = [(number, cells) for number, cells in numbered if any(cells)]
    if not filled:
        raise FileUnreadable.because(
            "no_rows", "The file has a header and no row of data; add a row beneath it"
        )
    rows = tuple(_row(number, names, cells) for number, cells in filled)
    return Sheet(rows, blank_rows=len(numbered) - len(filled))


def _lines(text: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return [[clean(cell) for cell in line] for line in reader]
    except csv.Error as error:
        message = (
            f"Line {reader.line_num} cannot be read as CSV ({error}); check its quotation marks, and that the file is"
            " whole"
        )
        raise FileUnreadable.because("malformed", message, line=reader.line_num) from None


def _check_separator(text: str, columns: Sequence[str]) -> None:
    """Spreadsheets of other countries separate by something else than a comma, and still say CSV."""
    header, known = text.partition("\n")[0], {name.casefold() for name in columns}
    for sign, called in _SEPARATORS.items():
        names = {clean(cell.strip().strip('"')).casefold() for cell in header.split(sign)}
        if len(names & known) > 1:
            message = f"The columns are separated by {called}; save the file as CSV with commas between them"
            raise FileUnreadable.because("separator", message)


def _instructs(line: Sequence[str]) -> bool:
    """Whether a line says "Do not edit ...", as the second line of the national sheets does."""
    return any(cell.casefold().startswith(_DO_NOT_EDIT) for cell in line)


def _header(line: Sequence[str], columns: Sequence[str], optional: Collection[str]) -> list[str]:
    """The columns' own names in the order of the file; a name that is unknown, missing or doubled is refused."""
    known = {name.casefold(): name for name in columns}
    folded = _without_blank_end([cell.casefold() for cell in line])
    if not any(folded):
        raise FileUnreadable.because(
            "no_header", "The first line is blank; it must hold the names of the columns"
        )
    unknown = [
        cell for cell, name in zip(line, folded, strict=False) if name not in known and name != _IGNORED
    ]
    missing = [name for fold, name in known.items() if fold not in folded and name not in optional]
    doubled = sorted({known[name] for name in folded if name in known and folded.count(name) > 1})
    if unknown or missing or doubled:
        raise _wrong_columns(missing, unknown, doubled, len(columns))
    return [known.get(name, _IGNORED) for name in folded]


def _without_blank_end(names: list[str]) -> list[str]:
    """Spreadsheets leave empty columns at the right; they are no columns."""
    while names and not names[-1]:
        names = names[:-1]
    return names


def _wrong_columns(
    missing: list[str], unknown: list[str], doubled: list[str], there_are: int
) -> FileUnreadable:
    """All names are in the details; the message has at most five of a kind."""
    if len(missing) == there_are:
        message = f"None of the {there_are} columns is there; is this the right file? Start from the template"
    else:
        near = [_nearest(name, missing) for name in unknown]
        found = (("missing", missing), ("unknown", near), ("there twice", doubled))
        said = "; ".join(f"{what}: {_some(names)}" for what, names in found if names)
        message = f"The columns are not those of the template. {said[0].upper()}{said[1:]}"
    return FileUnreadable.because("columns", message, missing=missing, unknown=unknown, doubled=doubled)


def _nearest(name: str, missing: Sequence[str]) -> str:
    """An unknown name with the missing one that was probably meant."""
    folded = {each.casefold(): each for each in missing}
    near = get_close_matches(name.casefold(), folded, n=1)
    return f"{name} (meant is {folded[near[0]]}?)" if near else name or "(blank)"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN_NAMES
    return ", ".join(names[:_SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")


def _row(number: int, names: Sequence[str], cells: Sequence[str]) -> Row:
    by_name = {name: cell for name, cell in zip(names, cells, strict=False) if name != _IGNORED}
    surplus = tuple(cell for cell in cells[len(names) :] if cell)
    return Row(number, by_name, surplus, len(cells) if len(cells) < len(names) else None)


def write(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """A CSV text with these columns; every value is protected against being taken for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(_protected(columns, rows))
    return out.getvalue()


def _protected(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> Iterator[list[str]]:
    for row in rows:
        yield [protect(row.get(name, "")) for name in columns]
