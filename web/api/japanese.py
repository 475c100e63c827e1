"""What the API's errors say in Japanese: a sentence for each code, and for each way a request can lack its form."""

from collections.abc import Mapping
from typing import Any, Final

from delivery.byhand.drafts import Wrong
from web import words

#: between English and Japanese, as in the reasons of an import
BETWEEN: Final = " / "
#: code of an error -> the sentence
MESSAGES: Final[Mapping[str, str]] = {
    "forbidden": "このキーには許可されていません",
    "http_error": "受け付けられません",
    "internal": "サービス側の障害です。記録しました。しばらくしてからもう一度お試しください",
    "invalid_request": "リクエストが API の説明どおりの形ではありません",
    "method_not_allowed": "ここではこのメソッドは使えません",
    "no_file": "ファイルが空です。CSV か XLSX のファイルを送ってください",
    "no_such_place": "この場所は受け取れませんでした",
    "not_agreed": "agreed=true は、登録する人たちが配信に同意したという市区町村の宣言です。dry_run には要りません",
    "not_found": "この市区町村にはありません",
    "not_yours": "このキーの市区町村でない場所にも届きます",
    "own": "自分が出したものを自分で承認することはできません",
    "past": "これからの配信日が残っていません",
    "refused": "受け取れませんでした。何も変わっていません",
    "too_large": "大きすぎます。分けてください",
    "too_late": "すでに終わったか、この操作ができる状態ではありません",
    "too_many": "1日の回数を超えました",
    "too_many_requests": "リクエストが多すぎます。Retry-After の秒数だけ待ってください",
    "unauthorized": "正しいキーか署名が必要です（Authorization: Bearer …）",
    "unsupported_media_type": "この Content-Type は受け取れません",
}
_SCHEMA: Final[Mapping[str, str]] = {
    "bool_type": "true か false を書いてください",
    "extra_forbidden": "この項目はありません",
    "greater_than_equal": "{ge} 以上にしてください",
    "int_parsing": "整数を書いてください",
    "int_type": "整数を書いてください",
    "json_invalid": "JSON として読めません",
    "less_than_equal": "{le} 以下にしてください",
    "list_type": "配列を書いてください",
    "literal_error": "{expected} のどれかを書いてください",
    "missing": "この項目が必要です",
    "string_pattern_mismatch": "形が違います（{pattern}）",
    "string_too_long": "{max_length} 文字までです",
    "string_too_short": "{min_length} 文字以上必要です",
    "string_type": "文字列を書いてください",
    "too_long": "{max_length} 個までです",
    "too_short": "{min_length} 個以上必要です",
}
_OTHER: Final = "値が正しくありません"


def message(code: str, english: str) -> str:
    """The sentence of an error in both languages."""
    return both(english, MESSAGES.get(code, _OTHER))


def schema(kind: str, english: str, context: Mapping[str, Any]) -> str:
    """What a value lacks, in both languages. `kind` and `context` as pydantic names them; no value stands in either."""
    told = {name: str(value).replace(" or ", "、") for name, value in context.items()}
    return both(english, _SCHEMA.get(kind, _OTHER).format_map(told))


def wrong(section: str, one: Wrong) -> tuple[str, str]:
    """Field and reason of a refusal that a page tells too, in both languages; `section` of the words of the pages."""
    return one.field, f"{one.text}{BETWEEN}{words.load()['ja'](f'{section}.{one.key}')}"


def both(english: str, japanese: str) -> str:
    """English and Japanese; what already holds both stays."""
    return english if BETWEEN in english else f"{english}{BETWEEN}{japanese}"
