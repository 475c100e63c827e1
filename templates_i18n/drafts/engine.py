"""The one door to Argos Translate. Runs in the worker process alone (`worker`).

Owns what tames the library: no splitter that downloads, one thread, an end to what it writes. Keeps loaded models.
"""

import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from templates_i18n.drafts import sentences, shelf
from templates_i18n.drafts.shelf import Model

#: tokens of one sentence that a model may write, however long the source
_MOST_TOKENS = 250
_FEWEST_TOKENS = 24
_TIMES = 3


class Refusal(Exception):
    """A model that is not used: its reason."""


class Engine:
    """Translates with the models of a folder."""

    def __init__(self, folder: Path, *, for_tests: bool) -> None:
        """`for_tests`: also uses the tiny models of the tests."""
        self._folder = folder
        self._for_tests = for_tests
        self._loaded: dict[str, Any] = {}

    def translate(self, names: Sequence[str], text: str) -> str:
        """Through one model after the other. Refusal where one may not be used."""
        for name in names:
            text = self._model(name).hypotheses(text, 1)[0].value.strip() if text else ""
        return text

    def _model(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = _load(self._folder, self._fit(name))
        return self._loaded[name]

    def _fit(self, name: str) -> Model:
        model = next((one for one in shelf.installed(self._folder) if one.name == name), None)
        if model is None:
            raise Refusal(f"{name} is not installed")
        if model.for_tests and not self._for_tests:
            raise Refusal(f"{name} is a model for tests")
        if changed := shelf.why_changed(self._folder, model):
            raise Refusal(changed)
        return model


class _Splitter:
    """Our own, in the place of one that asks the network for its model."""

    def split_sentences(self, text: str) -> list[str]:
        return sentences.split(text) or [text]


class _Ending:
    """A translator that stops writing: the library itself sets no limit, and a model that has lost its way goes on."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def translate_batch(self, tokens: list[list[str]], **options: Any) -> Any:
        longest = max(map(len, tokens), default=0)
        limit = min(_MOST_TOKENS, max(_FEWEST_TOKENS, _TIMES * longest))
        return self._inner.translate_batch(tokens, **options, max_decoding_length=limit)


def _load(folder: Path, model: Model) -> Any:
    library = _library()
    package = library.package.Package(folder / model.name)
    source, target = library.Language(model.source, model.source), library.Language(model.target, model.target)
    translation = library.PackageTranslation(source, target, package)
    translation.sentencizer = _Splitter()
    inner = library.Translator(str(folder / model.name / "model"), device="cpu", inter_threads=1, intra_threads=1)
    translation.translator = _Ending(inner)
    return translation


def _library() -> Any:
    """The library, without the sentence splitter that it imports whether it is used or not.

    That one downloads models, and what it stands on leaves an identity of this machine in the home folder.
    """
    if "minisbd" not in sys.modules:
        nothing = types.ModuleType("minisbd")
        nothing.__dict__.update(SBDetect=None, models=types.SimpleNamespace(cache_dir="", list_models=lambda: ["en"]))
        sys.modules["minisbd"] = nothing
    from argostranslate import translate

    return translate
