"""What is installed: an image takes the program alone, and a unit allows what the program does."""

from tests.meta import project


def _ignored() -> list[str]:
    lines = (project.ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_an_image_takes_what_is_named_and_nothing_else() -> None:
    rules = _ignored()
    assert rules[0] == "*"
    taken = {rule[1:] for rule in rules if rule.startswith("!")}
    assert taken == {*project.PACKAGES, "run.py", "pyproject.toml", "requirements.lock", "README.md"}
    assert {"**/*.key", "**/.env", "**/*.db", "**/tomoshibi.toml"} <= set(rules[len(taken) + 1 :])


def test_podman_and_docker_leave_out_the_same() -> None:
    docker, podman = (project.ROOT / name for name in (".dockerignore", ".containerignore"))
    assert docker.read_text(encoding="utf-8") == podman.read_text(encoding="utf-8")


def test_the_unit_of_serve_allows_drafts_to_give_up_memory_and_their_turn() -> None:
    unit = (project.ROOT / "ops" / "tomoshibi-serve.service").read_text(encoding="utf-8")
    denied = [line for line in unit.splitlines() if line.startswith("SystemCallFilter=~")]
    assert denied == ["SystemCallFilter=~@privileged"]
