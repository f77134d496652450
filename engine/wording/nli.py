"""Natural-language inference: a cross-encoder that says whether a sentence follows from a passage."""

from functools import cached_property

from ...index.cross_encoder import PairModel


class Entailment(PairModel):
    """A CrossEncoder with a label for entailment."""

    setting = "CITEWELL_NLI"

    def __call__(self, premise: str, hypothesis: str) -> float:
        """The probability, 0…1, that the premise entails the hypothesis.

        Raises:
            ModelError: the model cannot be loaded, or has no label for entailment.
        """
        from torch.nn import Softmax  # noqa: PLC0415

        shares = self.predict([(premise, hypothesis)], Softmax(dim=-1))
        return float(shares[0][self._entails])

    @cached_property
    def _entails(self) -> int:
        labels: dict[int, str] = getattr(self.model.config, "id2label", None) or {}
        found = [number for number, label in labels.items() if label.lower().startswith("entail")]
        if len(labels) < 2 or len(found) != 1:
            raise self.fault("it has no label for entailment")
        return int(found[0])
