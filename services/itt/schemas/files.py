"""National files and sheets: what comes in and goes out."""

from marshmallow import Schema, fields, validate

from services.itt.handlers.import_files import SORTS
from services.itt.schemas.shapes import ImportId, Paged, ProviderCode, an_id, text
from shared.paging import MAX_LIMIT


class ImportTrainees(ProviderCode):
    """``content``: base64 of the file, or of its gzip; ``confirmed_rows`` are known to be no duplicates."""

    content = fields.String(required=True)
    file_name = text(most=255)
    dry_run = fields.Boolean(load_default=False)
    import_id = an_id()
    confirmed_rows = fields.List(fields.Integer(strict=True), load_default=list)


class ImportErrors(ImportId):
    after = fields.Integer(strict=True, load_default=0, validate=validate.Range(min=0))
    limit = fields.Integer(strict=True, load_default=MAX_LIMIT, validate=validate.Range(1, MAX_LIMIT))


class ListImports(ProviderCode, Paged):
    search = text(most=200, required=False)
    sort = fields.String(load_default="uploaded", validate=validate.OneOf(list(SORTS)))
    descending = fields.Boolean(load_default=True)


class Sheet(ProviderCode):
    content = fields.String(required=True)
    dry_run = fields.Boolean(load_default=False)


class Export(ProviderCode):
    academic_year = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(1990, 2200)
    )


class RowError(Schema):
    row = fields.Integer()
    column = fields.String()
    value = fields.String()
    message = fields.String()


class RowErrors(Schema):
    items = fields.List(fields.Nested(RowError))
    next = fields.Integer(allow_none=True)


class Match(Schema):
    row = fields.Integer()
    trainee_id = fields.UUID()
    person_id = fields.UUID()
    first_names = fields.String()
    last_name = fields.String()
    state = fields.String()
    trn = fields.String(allow_none=True)
    provider_code = fields.String()


class Matches(Schema):
    items = fields.List(fields.Nested(Match))
    next = fields.Integer(allow_none=True)


class Imported(Schema):
    row = fields.Integer()
    trainee_id = fields.UUID()
    person_id = fields.UUID()


class ImportSummary(Schema):
    import_id = fields.UUID()
    state = fields.String()
    provider_code = fields.String()
    file_name = fields.String()
    uploaded_at = fields.AwareDateTime()
    rows = fields.Integer()
    blank_rows = fields.Integer()
    error_count = fields.Integer()
    duplicate_count = fields.Integer()
    undone_at = fields.AwareDateTime(allow_none=True)


class Import(ImportSummary):
    created = fields.Integer()
    provider_is_registered = fields.Boolean()
    errors = fields.List(fields.Nested(RowError))
    duplicates = fields.List(fields.Nested(Match))
    trainees = fields.List(fields.Nested(Imported))


class ImportPage(Schema):
    items = fields.List(fields.Nested(ImportSummary))
    next = fields.String(allow_none=True)


class File(Schema):
    """``content``: base64 of the gzip of the CSV text (UTF-8)."""

    file_name = fields.String()
    rows = fields.Integer()
    content = fields.String()


class SheetResult(Schema):
    rows = fields.Integer()
    error_count = fields.Integer()
    errors = fields.List(fields.Nested(RowError))
    trainee_ids = fields.List(fields.UUID())
