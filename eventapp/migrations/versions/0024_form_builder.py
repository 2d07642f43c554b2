"""Choices get a key and texts per language, and answers refer to the key; files, privacy notices, readings of names.

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BATCH = 1000
KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
NEW_KINDS = ("number", "date", "country", "organization", "language", "file")

question = sa.table(
    "question",
    *map(sa.column, ("id", "event_id", "key", "kind")),
    sa.column("choices", sa.JSON()),
)
registration = sa.table(
    "registration",
    *map(sa.column, ("id", "event_id", "searchable")),
    sa.column("answers", sa.JSON()),
)


def upgrade() -> None:
    op.add_column("question", sa.Column("minimum", sa.Float(), nullable=True))
    op.add_column("question", sa.Column("maximum", sa.Float(), nullable=True))
    op.add_column("question", sa.Column("languages", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("question", sa.Column("megabytes", sa.Integer(), nullable=False, server_default="5"))
    op.add_column("question", sa.Column("file_kinds", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("question", sa.Column("if_question", sa.String(), nullable=False, server_default=""))
    op.add_column("question", sa.Column("if_answer", sa.String(), nullable=False, server_default=""))
    op.add_column("registration", sa.Column("reading", sa.String(), nullable=False, server_default=""))
    op.add_column("registration", sa.Column("privacy_version", sa.Integer(), nullable=True))
    op.add_column("registration", sa.Column("privacy_agreed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "form_settings",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("asks_reading", sa.Boolean(), nullable=False),
        sa.Column("check_answers", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_form_settings_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", name="pk_form_settings"),
    )
    op.create_table(
        "privacy_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_privacy_notice_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_privacy_notice"),
        sa.UniqueConstraint("event_id", "version", name="uq_privacy_notice_event_version"),
    )
    op.create_table(
        "answer_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_answer_file_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name="fk_answer_file_registration_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_answer_file"),
        sa.UniqueConstraint("key", name="uq_answer_file_key"),
    )
    op.create_index("ix_answer_file_event", "answer_file", ["event_id", "created_at"])
    op.create_index("ix_answer_file_registration_id", "answer_file", ["registration_id"])
    _give_keys()
    _fold_kana()


def downgrade() -> None:
    _take_keys()
    op.drop_table("answer_file")
    op.drop_table("privacy_notice")
    op.drop_table("form_settings")
    for name in ("reading", "privacy_version", "privacy_agreed_at"):
        op.drop_column("registration", name)
    for name in ("minimum", "maximum", "languages", "megabytes", "file_kinds", "if_question", "if_answer"):
        op.drop_column("question", name)


def _give_keys() -> None:
    """Give each choice a key, and replace the words in the answers by it. Words that are no longer a choice become one
    that is not offered any more.
    """
    connection = op.get_bind()
    answered = _answers()
    keys: dict[tuple[int, str], dict[str, str]] = {}
    for row in connection.execute(sa.select(question).order_by(question.c.id)).all():
        if row.kind not in ("choice", "choices"):
            continue
        offered = [one for one in dict.fromkeys(row.choices or []) if isinstance(one, str)]
        given = [part for _number, answers in answered[row.event_id] for part in _parts(answers.get(row.key))]
        words = dict.fromkeys([*offered, *given])
        by_words = {said: f"c{number}" for number, said in enumerate(words, 1)}
        keys[row.event_id, row.key] = by_words
        choices = [{"key": key, "texts": _texts(said), "retired": said not in offered} for said, key in by_words.items()]
        connection.execute(question.update().where(question.c.id == row.id).values(choices=choices))
    changed = []
    for event_id, rows in answered.items():
        for number, answers in rows:
            now = {key: _with_keys(answer, keys.get((event_id, key), {})) for key, answer in answers.items()}
            if now != answers:
                changed.append({"number": number, "now": now})
    _store(changed)


def _take_keys() -> None:
    """Write words again: choices and answers in all their languages, and other kinds of answers as text."""
    connection = op.get_bind()
    texts: dict[tuple[int, str], dict[str, str]] = {}
    for row in connection.execute(sa.select(question).order_by(question.c.id)).all():
        if row.kind in ("choice", "choices"):
            said = {one["key"]: " / ".join(one["texts"].values()) for one in row.choices}
            texts[row.event_id, row.key] = said
            offered = [said[one["key"]] for one in row.choices if not one.get("retired")]
            connection.execute(question.update().where(question.c.id == row.id).values(choices=offered))
        elif row.kind in NEW_KINDS:
            connection.execute(question.update().where(question.c.id == row.id).values(kind="text"))
    changed = []
    for event_id, rows in _answers().items():
        for number, answers in rows:
            now = {key: _with_words(answer, texts.get((event_id, key), {})) for key, answer in answers.items()}
            if now != answers:
                changed.append({"number": number, "now": now})
    _store(changed)


def _answers() -> dict[int, list[tuple[int, dict[str, Any]]]]:
    """(id, answers) of the registrations of each event that have answers."""
    found = defaultdict(list)
    query = sa.select(registration.c.id, registration.c.event_id, registration.c.answers).order_by(registration.c.id)
    for row in op.get_bind().execute(query):
        if row.answers:
            found[row.event_id].append((row.id, row.answers))
    return found


def _parts(answer: Any) -> list[str]:
    return [part for part in (answer if isinstance(answer, list) else [answer]) if isinstance(part, str)]


def _with_keys(answer: Any, keys: dict[str, str]) -> Any:
    if isinstance(answer, list):
        return [_with_keys(part, keys) for part in answer]
    return keys.get(answer, answer) if isinstance(answer, str) else answer


def _with_words(answer: Any, texts: dict[str, str]) -> Any:
    if isinstance(answer, list):
        return [_with_words(part, texts) for part in answer]
    if isinstance(answer, dict):
        return answer.get("name", "")
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        return str(answer)
    return texts.get(answer, answer) if isinstance(answer, str) else answer


def _texts(said: str) -> dict[str, str]:
    """The languages of a choice as it was written: "None / 不要" in two, all others in one."""
    parts = [part.strip() for part in said.split(" / ")]
    if len(parts) == 2 and all(parts):
        japanese = [bool(re.search("[\u3040-\u30ff\u3400-\u9fff]", part)) for part in parts]
        latin = [bool(re.search("[A-Za-z]", part)) for part in parts]
        if japanese == [True, False] and latin == [False, True]:
            return {"ja": parts[0], "en": parts[1]}
        if japanese == [False, True] and latin == [True, False]:
            return {"en": parts[0], "ja": parts[1]}
    return {"ja" if re.search("[\u3040-\u30ff]", said) and not re.search("[A-Za-z]", said) else "en": said}


def _fold_kana() -> None:
    """A search finds hiragana and katakana by each other."""
    changed = []
    for row in op.get_bind().execute(sa.select(registration.c.id, registration.c.searchable)).all():
        now = row.searchable.translate(KATAKANA)
        if now != row.searchable:
            changed.append({"number": row.id, "now": now})
    change = registration.update().where(registration.c.id == sa.bindparam("number"))
    change = change.values(searchable=sa.bindparam("now"))
    for first in range(0, len(changed), BATCH):
        op.get_bind().execute(change, changed[first : first + BATCH])


def _store(changed: list[dict[str, Any]]) -> None:
    change = registration.update().where(registration.c.id == sa.bindparam("number"))
    change = change.values(answers=sa.bindparam("now", type_=sa.JSON()))
    for first in range(0, len(changed), BATCH):
        op.get_bind().execute(change, changed[first : first + BATCH])
