"""Questions and remarks as they are gathered while one file is read."""

from __future__ import annotations

from ledger.statement.values import Place, Question, Remark


class Notes:
    """All of one file, in the order in which they were noticed."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.remarks: list[Remark] = []

    def say(self, code: str, place: Place, **values: object) -> None:
        """Note what must not pass in silence."""
        self.remarks.append(Remark(code, place, values))

    def ask(self, code: str, place: Place, default: object, **values: object) -> None:
        """Note what a person must decide, and the answer that is taken until then."""
        self.questions.append(Question(code, place, values, default))
