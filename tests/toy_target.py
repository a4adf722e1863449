"""A target that judges and plans, and sends nothing: for what ends at the outbox."""

from __future__ import annotations

from ledger.push.kinds import PushKind
from ledger.push.steps import Step

PLANS = {
    PushKind.PARTNER: (Step.CREATE,),
    PushKind.PAYMENT: (Step.PAY,),
}
INVOICE = (Step.CREATE, Step.CHECK, Step.BOOK, Step.ATTACH, Step.APPROVE)


class ToyTarget:
    """Refuses the documents whose JSON holds one of `against`, with its sentence."""

    def __init__(self, against=None):
        self.against = against or {}

    def plan(self, kind, _process):
        return PLANS.get(kind, INVOICE)

    def judge(self, _kind, document):
        return [sentence for text, sentence in self.against.items() if text in document]
