"""Asks suites: documents are indexed, questions asked, replies kept in the folder of a run."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from ..engine.answer import Question, Wording
from ..engine.engine import Engine
from ..errors import CitewellError
from ..index.sync import sync
from ..settings import Settings
from .dataset import Item, load_suite
from .gate import Found
from .reply import Reply
from .runs import Run, SuiteRecord, new_folder, save_replies, save_run

EngineMaker = Callable[[str], Engine]
Progress = Callable[[str, int, int], None]  # a name, a number from 1, and of how many


def ask_suites(  # noqa: PLR0913, PLR0917 - each of them is told by the command line
    suites: Iterable[Found],
    make_engine: EngineMaker,
    settings: Settings,
    folder: Path,
    progress: Progress = lambda *_: None,
    wording: Wording = "auto",
) -> None:
    """Ask each suite on an engine of its own, and keep the replies; one whose documents are not here is skipped.

    Args:
        suites: each with its documents, as `gate.at_hand` gives them.
        make_engine: gives the engine, with an index of its own, for a suite's name.
        folder: that of the run; it is made when all that is asked can be, and is a run only when all is done.
        wording: who words the answers.

    Raises:
        InputError: a suite's file is not a suite, or the folder cannot be used.
    """
    asked = {}
    items_of = [(suite, paths, reason, [] if reason else load_suite(suite.path)) for suite, paths, reason in suites]
    new_folder(folder)
    for suite, paths, reason, items in items_of:
        if reason:
            asked[suite.name] = SuiteRecord(suite.source, skipped=reason)
            continue
        engine = make_engine(suite.name)
        sync(engine.store, paths, prune=True)
        save_replies(folder, suite.name, ask_all(engine, items, progress, wording))
        asked[suite.name] = SuiteRecord(suite.source, engine.store.fingerprint, len(engine.store.documents()))
    save_run(folder, Run.now(settings, asked))


def ask_all(
    engine: Engine, items: Sequence[Item], progress: Progress = lambda *_: None, wording: Wording = "auto"
) -> list[Reply]:
    """The engine's replies to the items, in order; a question that fails gives a reply with the error.

    An item that a language model was asked about is asked again for quotes only, so that one run holds both.
    """

    @cache
    def stored_text(document_id: str) -> str:
        return "".join(chunk.text for chunk in engine.store.chunks_of(document_id))

    def ask(item: Item, wording: Wording) -> Reply:
        try:
            answer = engine.ask(Question(item.question, item.id, item.turns, item.filters), wording)
        except CitewellError as error:
            return Reply.failed(item, str(error))
        reply = Reply.of(item, answer, stored_text)
        return replace(reply, in_quotes=ask(item, "quotes")) if "write" in answer.ms else reply

    replies = []
    for number, item in enumerate(items, 1):
        progress(item.question, number, len(items))
        replies.append(ask(item, wording))
    return replies
