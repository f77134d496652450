"""What was asked in real use, how it ended, and what readers thought of the answers: one table, a row a question."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import (
    URL,
    Column,
    Connection,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    insert,
    make_url,
    or_,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.schema import CreateTable

from ..errors import ConfigurationError, InputError, StoreError
from ..settings import Settings
from .answer import Answer, Status

FILE = "history.sqlite3"
MAX_COMMENT = 2000  # characters
MAX_ID = 255  # characters of an answer's id that are kept: a client may choose a long one
# No index: a vote comes soon after its answer, so that the newest rows, in which it is looked for first, hold it.
ASKED = Table(
    "asked",
    MetaData(),
    Column("n", Integer, primary_key=True),
    Column("id", String(MAX_ID), nullable=False),  # not unique: a client may number its questions from 1 every day
    Column("at", DateTime, nullable=False),  # UTC
    Column("question", Text, nullable=False),
    Column("retrieved_for", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("fingerprint", String(64), nullable=False),  # of the index
    Column("vote", String(4)),
    Column("comment", Text, nullable=False),
    Column("voted_at", DateTime),  # UTC
)
_SEEN = tuple(ASKED.c[name] for name in ("id", "at", "question", "retrieved_for", "status", "vote", "comment"))


@dataclass(frozen=True)
class Asked:
    """A question as stored: `at` is in UTC, `retrieved_for` the question with what a follow-up left out."""

    id: str
    at: datetime
    question: str
    retrieved_for: str
    status: Status
    vote: Literal["up", "down"] | None
    comment: str


@dataclass(frozen=True)
class Vote:
    """What a reader thought of the answer with this `id`."""

    id: str
    vote: Literal["up", "down"]
    comment: str = ""

    @classmethod
    def parse(cls, record: Any) -> "Vote":
        """A vote from an API body: `id`, `vote`, optional `comment`.

        Raises:
            InputError: a key that is missing, unknown or of the wrong type; a comment over `MAX_COMMENT` characters.
        """
        if not isinstance(record, dict):
            raise InputError('vote: not an object; send {"id": "…", "vote": "up"}')
        unknown = set(record) - {"id", "vote", "comment"}
        if unknown:
            raise InputError(f"vote: unknown key {sorted(unknown)[0]!r}; use id, vote, comment")
        key, vote, comment = record.get("id"), record.get("vote"), record.get("comment") or ""
        if not isinstance(key, str) or not key:
            raise InputError("id: missing, or not text; send the id of the answer")
        if vote not in ("up", "down"):
            raise InputError(f"vote: {vote!r} is none; send up or down")
        if not isinstance(comment, str):
            raise InputError("comment: not text; send it as a string, or leave it out")
        comment = comment.strip()
        if len(comment) > MAX_COMMENT:
            raise InputError(f"comment: {len(comment):,} characters long; shorten it to {MAX_COMMENT:,} or fewer")
        return cls(key, vote, comment)


class History:
    """The questions of real use. Safe to use from several threads and processes."""

    def __init__(self, url: URL, days: int, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Open the database and delete what is older than so many days.

        Raises:
            ConfigurationError: no database can be at this address.
            StoreError: the database does not answer.
        """
        self._clock = now
        self._name = url.render_as_string(hide_password=True)
        self._database = _connect(url)
        with self._transaction() as connection:
            connection.execute(CreateTable(ASKED, if_not_exists=True))
            connection.execute(delete(ASKED).where(ASKED.c.at <= self._now() - timedelta(days=days)))

    @classmethod
    def open(cls, settings: Settings) -> "History | None":
        """The settings' history; none when they say that nothing is to be stored. Raises as `History` does."""
        history = cls(_url(settings), settings.history_days)  # with 0 days too: what was stored before is deleted
        return history if settings.history_days else None

    def record(self, answer: Answer) -> None:
        """Store a question and how it ended, unless it was blocked: such a question may hold case data.

        Raises:
            StoreError: the database does not take it.
        """
        if answer.status == "blocked":
            return
        row = {
            "id": answer.id[:MAX_ID],
            "at": self._now(),
            "question": answer.question,
            "retrieved_for": answer.rewritten or answer.question,
            "status": answer.status,
            "confidence": answer.confidence,
            "fingerprint": answer.index,
            "comment": "",
        }
        with self._transaction() as connection:
            connection.execute(insert(ASKED), row)

    def vote(self, vote: Vote) -> None:
        """Store a vote in place of the former one on the same answer; of answers with one id, the newest has it.

        Raises:
            InputError: no answer with this id is stored.
            StoreError: the database does not take it.
        """
        newest = select(ASKED.c.n).where(ASKED.c.id == vote.id[:MAX_ID]).order_by(ASKED.c.n.desc()).limit(1)
        with self._transaction() as connection:
            n = connection.scalar(newest)
            if n is None:
                raise InputError(f"answer {vote.id[:MAX_ID]!r}: not stored here; vote on an answer given lately")
            given = {"vote": vote.vote, "comment": vote.comment, "voted_at": self._now()}
            connection.execute(update(ASKED).where(ASKED.c.n == n).values(given))

    def unmet(self, since: date | None = None) -> list[Asked]:
        """The questions that ended `not_found` or were voted down, on this day (UTC) or later; newest first.

        Raises:
            StoreError: the database does not answer.
        """
        wanted = or_(ASKED.c.status == "not_found", ASKED.c.vote == "down")
        if since:
            wanted &= ASKED.c.at >= datetime.combine(since, time.min)
        with self._transaction() as connection:
            rows = connection.execute(select(*_SEEN).where(wanted).order_by(ASKED.c.n.desc()))
            return [Asked(**(row._asdict() | {"at": row.at.replace(tzinfo=UTC)})) for row in rows]

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC).replace(tzinfo=None)

    def close(self) -> None:
        """Give back the database's connections."""
        self._database.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._database.begin() as connection:
                yield connection
        except (SQLAlchemyError, UnicodeError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            fault = str(cause).partition("\n")[0]
            raise StoreError(f"history {self._name}: {fault}; see to the database or CITEWELL_DATABASE_URL") from error


def kept(history: History | None) -> History:
    """The history, where there is one.

    Raises:
        ConfigurationError: nothing is stored.
    """
    if history is None:
        raise ConfigurationError("history: nothing is stored here; set CITEWELL_HISTORY_DAYS to a number of days")
    return history


def _url(settings: Settings) -> URL:
    if not settings.database_url:
        return URL.create("sqlite", database=str(settings.home / FILE))
    try:
        return make_url(settings.database_url)
    except (SQLAlchemyError, ValueError) as error:  # its text is not shown: it may hold a password
        raise ConfigurationError(
            "setting database_url: not an address of a database; write it as postgresql+psycopg://user@host/name"
        ) from error


def _connect(url: URL) -> Engine:
    try:
        engine = create_engine(url, pool_pre_ping=True)
    except (SQLAlchemyError, ImportError, ValueError, TypeError) as error:
        raise ConfigurationError(
            f"setting database_url: {str(error).partition(chr(10))[0]}; correct it, or install that database's driver"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune)
    return engine


def _tune(connection: Any, _record: Any) -> None:
    """Readers and a writer at once, and no wait for the disk at each row: after a power cut the last may be lost."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
