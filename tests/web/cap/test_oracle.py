"""The oracle can fail: whatever is bent in a valid document is found."""

import pytest

from tests.web.cap import oracle

VALID = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>a.1</identifier><sender>city.example</sender><sent>2026-11-23T09:00:00+09:00</sent>
  <status>Actual</status><msgType>Update</msgType><scope>Public</scope>
  <references>city.example,a.0,2026-11-23T08:00:00+09:00</references>
  <info><language>ja-Hira</language><category>Met</category><event>Rain</event><urgency>Expected</urgency>
    <severity>Severe</severity><certainty>Likely</certainty><expires>2026-11-23T10:00:00+09:00</expires>
    <area><areaDesc>Wajima</areaDesc><geocode><valueName>JISX0402</valueName><value>17204</value></geocode></area>
  </info>
</alert>"""


def test_a_valid_document_is_valid() -> None:
    assert oracle.problems(VALID.encode()) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("cap:1.2", "cap:1.1"),
        ("<sender>city.example</sender>", ""),
        ("<sender>city.example</sender>", "<sender>the city</sender>"),
        ("<identifier>a.1</identifier>", "<identifier>a,1</identifier>"),
        ("<sent>2026-11-23T09:00:00+09:00", "<sent>2026-11-23T00:00:00Z"),
        ("<sent>2026-11-23T09:00:00+09:00", "<sent>2026-11-23T09:00:00.5+09:00"),
        ("<status>Actual", "<status>actual"),
        ("<status>Actual", "<status>Exercise"),
        ("<msgType>Update</msgType><scope>Public</scope>", "<scope>Public</scope><msgType>Update</msgType>"),
        ("<references>city.example,a.0,2026-11-23T08:00:00+09:00</references>", ""),
        (",a.0,", ","),
        ("<category>Met</category>", ""),
        ("<category>Met</category>", "<category>Weather</category>"),
        ("<event>Rain</event>", "<event></event>"),
        ("<urgency>Expected", "<urgency>Soon"),
        ("<expires>2026-11-23T10", "<expires>2026-11-23T08"),
        ("<areaDesc>Wajima</areaDesc>", ""),
        ("<valueName>JISX0402</valueName>", ""),
        ("<language>ja-Hira", "<language>ja_Hira"),
        ("<event>Rain</event>", "<event>Rain</event><colour>red</colour>"),
        ("<alert ", '<!DOCTYPE alert [<!ENTITY x "y">]><alert '),
    ],
)
def test_what_is_bent_is_found(right: str, wrong: str) -> None:
    assert right in VALID
    assert oracle.problems(VALID.replace(right, wrong, 1).encode())
