"""Where events come from, and how the columns of a source become events."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from winback.terms.told import Told


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Constant(_Part):
    """The same value for every row."""

    const: str


class Renamed(_Part):
    """A renamed column: values that `map` lacks become `default`, or stay as they are where there is none."""

    column: str
    map: dict[str, str] = {}
    default: str | None = None


class Expression(_Part):
    """A DuckDB SQL expression over the columns of the row; columns are text unless the source is typed."""

    sql: str


#: A field of an event: the name of a column, a constant, a renamed column, or an expression.
Field_ = str | Constant | Renamed | Expression


class CallMapping(_Part):
    """One kind of event made from each call of the collector (or from those where `where` holds)."""

    kind: Field_
    customer: Field_
    at: Field_
    id: Field_ | None = None
    where: str | None = None
    amount: Field_ | None = None
    product: Field_ | None = None
    product_kind: Field_ | None = None
    detail: Field_ | None = None
    version: Field_ | None = None
    channel: Field_ | None = None
    campaign: Field_ | None = None
    inviter: Field_ | None = None
    birthday: Field_ | None = None
    language: Field_ | None = None
    time_zone: Field_ | None = None
    attributes: dict[str, Field_] = {}


class EventMapping(CallMapping):
    """One kind of event made from each row of a source (or from the rows where `where` holds)."""

    phone: Field_ | None = None
    mail: Field_ | None = None
    push_token: Field_ | None = None


class Source(_Part):
    """One source: files of one format, or a table or query of a database."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
    format: Literal["csv", "ndjson", "parquet", "postgresql", "sqlite"]
    path: str | None = None
    encoding: Literal["auto", "utf-8", "gb18030", "gbk"] = "auto"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    url_env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None
    table: str | None = None
    query: str | None = None
    time_zone: str | None = None
    time_format: str | None = None
    identical_rows: Literal["keep", "drop"] = "keep"
    events: Annotated[tuple[EventMapping, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _has_what_it_reads(self) -> Source:
        if self.format in {"csv", "ndjson", "parquet", "sqlite"} and not self.path:
            raise ValueError(Told("a {format} source needs path", format=self.format))
        if self.format == "postgresql" and not self.url_env:
            raise ValueError("a postgresql source needs url_env, the variable that holds its address")
        if self.format in {"postgresql", "sqlite"} and (self.table is None) == (self.query is None):
            raise ValueError("give either table or query, not both and not neither")
        return self
