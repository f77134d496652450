"""The chat page: a Gradio page over the engine. Its handlers parse, ask and show."""

import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from html import unescape
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported; without it gradio calls home

import gradio as gr
from fastapi import FastAPI
from gradio.components import Component

from ..engine.answer import Citation, Question, Statement
from ..engine.engine import Engine, Event
from ..errors import CitewellError, InputError
from ..index.passage import Passage
from .pace import paced
from .transcript import (
    answer_html,
    has_statements,
    hint_html,
    is_blocked,
    literal,
    message_html,
    progress_html,
    without_composing,
)

Message = dict[str, Any]  # {"role": "user" | "assistant", "content": text, or a list of {"type": "text", "text": …}}

INTERVAL = 0.15  # seconds between two updates of an answer on its way: oftener costs processor time and shows no more
TITLE = "Citewell"
LEAD = "Answers from your organisation’s documents, with the exact passage"
WELCOME = (
    "## What would you like to know?\nEvery answer comes from your organisation’s documents and shows the exact"
    " passage. If they do not say, you will be told so."
)
HEADER = f'<header class="masthead"><h1>{TITLE}</h1><p>{LEAD}</p></header>'
HEAD = """<meta name="description" content="Answers from your organisation’s own documents, with their sources">
<link rel="stylesheet" href="web/source.css"><link rel="stylesheet" href="web/page.css">
<script src="web/page.js" defer></script>"""

NOT_KEPT = "(question not kept)"  # in place of one that was not looked up

THEME = gr.themes.Base(
    primary_hue="blue",
    neutral_hue="slate",
    radius_size="md",
    font=["system-ui", "Segoe UI", "Roboto", "DejaVu Sans", "sans-serif"],
    font_mono=["ui-monospace", "DejaVu Sans Mono", "monospace"],
)
READY: dict[str, Any] = {"submit_btn": "Ask", "stop_btn": False}
BUSY: dict[str, Any] = {"submit_btn": False, "stop_btn": "Stop"}


def create_page(engine: Engine, examples: Sequence[str] = ()) -> gr.Blocks:
    """The chat page over `engine`, offering the `examples` as first questions."""

    async def respond(text: str, history: list[Message]) -> AsyncGenerator[tuple[Any, ...], None]:
        try:
            question = Question.parse({"question": text, "turns": earlier_questions(history)})
        except InputError as error:
            yield gr.skip(), *refused(text, error), gr.skip(), gr.skip()
            return
        async with aclosing(conversation(engine, question, history)) as states:
            async for messages, busy in states:
                begun = (gr.skip(),) * 3 if busy is None else (_hint(""), *_begun(True))
                yield messages, _box(busy), *begun

    page = gr.Blocks(title=TITLE, fill_height=True, analytics_enabled=False)
    with page:
        with gr.Row(elem_id="top"):
            gr.Markdown(HEADER, sanitize_html=False, container=False)
            restart = gr.Button("New conversation", size="sm", visible=False, elem_id="restart")
        chat = gr.Chatbot(
            label="Conversation",
            show_label=False,
            container=False,
            scale=1,
            placeholder=WELCOME,
            layout="panel",
            buttons=[],
            autoscroll=False,  # page.js brings the new question to the top: the answer begins below it
            feedback_options=None,
            latex_delimiters=[],
            elem_id="chat",
        )
        with gr.Column(visible=bool(examples), elem_id="examples") as offered:
            choices = [gr.Button(question, size="sm") for question in examples]
        hint = gr.Markdown(visible=False, sanitize_html=False, container=False, elem_id="hint")  # gr.HTML: unsafe-eval
        box = gr.Textbox(
            label="Your question",
            placeholder="Ask in plain words",
            max_lines=6,
            autofocus=True,
            elem_id="question",
            **READY,
        )
        shown: list[Component] = [chat, box, hint, offered, restart]
        answers: list[Any] = [
            ask(respond, [source, chat], shown, show_progress="hidden", api_visibility="private")
            for ask, source in ((box.submit, box), *((choice.click, choice) for choice in choices))
        ]
        box.stop(stopped, [chat], [chat, box], cancels=answers, api_visibility="private")
        restart.click(cleared, None, shown, cancels=answers, api_visibility="private")
    page.queue(max_size=100, default_concurrency_limit=16, status_update_rate=5)
    return page


def mount(page: gr.Blocks, app: FastAPI, favicon: Path) -> None:
    """Serve `page` as the root of `app`, with all that Gradio would collect, keep or offer besides turned off."""
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        theme=THEME,
        head=HEAD,
        footer_links=[],
        favicon_path=str(favicon),
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        ssr_mode=False,
        pwa=False,
        show_error=False,
        max_file_size="1kb",
    )


async def conversation(
    engine: Engine, question: Question, history: list[Message]
) -> AsyncGenerator[tuple[list[Message], bool | None], None]:
    """The conversation as it grows by one question and its answer, at most every `INTERVAL` seconds.

    Yields the messages, and whether an answer is on its way: true at its start, false at its end, none in between.
    Closing it closes the engine's stream.
    """
    earlier, history = history, [*history, {"role": "user", "content": literal(question.text)}]
    yield [*history, _says(progress_html((), (), ()))], True
    shown = ""
    try:
        async with (
            aclosing(engine.stream(question)) as events,
            aclosing(answer_states(events, votes=engine.history is not None)) as states,
            aclosing(paced(states, INTERVAL)) as steps,
        ):
            async for shown in steps:
                yield [*history, _says(shown)], None
    except CitewellError as error:
        shown = message_html(str(error))
    if is_blocked(shown):  # it may hold case data, and every further question would carry it
        history = [*earlier, {"role": "user", "content": NOT_KEPT}]
    yield [*history, _says(shown)], False


async def answer_states(events: AsyncGenerator[Event, None], votes: bool = False) -> AsyncGenerator[str, None]:
    """An answer's HTML after each event; at its end with buttons for `votes`."""
    passages: tuple[Passage, ...] = ()
    statements: tuple[Statement, ...] = ()
    citations: dict[int, Citation] = {}
    async for event in events:
        if event.answer:
            composing = event.kind == "answer"
            yield answer_html(event.answer, votes and not composing, composing)
            continue
        passages = passages or event.passages
        statements = (*statements, event.statement) if event.statement else statements
        citations |= {citation.n: citation for citation in event.citations}
        yield progress_html(passages, statements, list(citations.values()))


def earlier_questions(history: list[Message]) -> list[str]:
    """What the user asked before and may be taken up, oldest first."""
    asked = (unescape(_text(message)) for message in history if message["role"] == "user")
    return [text for text in asked if text != NOT_KEPT]


def stopped(history: list[Message]) -> tuple[list[Message], Any]:
    """The conversation with a note that its last answer was stopped, below what it had stated or in its place."""
    if history and history[-1]["role"] == "assistant":
        *history, last = history
        if has_statements(_text(last)):
            history.append(_says(without_composing(_text(last))))
    return [*history, _says(message_html("stopped"))], _box(False)


def refused(text: str, error: InputError) -> tuple[Any, Any]:
    """The changes to the box and to the hint by it for an unusable question; a blank one is taken away."""
    kept = bool(text.strip())
    return gr.update(**READY) if kept else gr.update(value="", **READY), _hint(hint_html(str(error), kept))


def cleared() -> tuple[Any, ...]:
    """An empty conversation."""
    return [], gr.update(value="", **READY), _hint(""), *_begun(False)


def _text(message: Message) -> str:
    content = message["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _says(html: str) -> Message:
    return {"role": "assistant", "content": html}


def _hint(html: str) -> Any:
    """The change to the line above the question box."""
    return gr.update(value=html, visible=bool(html))


def _begun(begun: bool) -> tuple[Any, Any]:
    """The changes to the examples and to the restart button: each is there when the other is not."""
    return gr.update(visible=not begun), gr.update(visible=begun)


def _box(busy: bool | None) -> Any:
    """The change to the question box: emptied and with a stop button when an answer starts, ready again at its end."""
    if busy is None:
        return gr.skip()
    return gr.update(value="", **BUSY) if busy else gr.update(**READY)
