from conftest import IN_WINDOW


def test_the_example_is_ready(htq, draft):
    run = htq("check", draft(), "--at", IN_WINDOW)
    assert run.code == 0
    assert "application.yaml: ready to submit" in run.out


def test_json(htq, draft):
    run = htq("check", draft({"level: 4": "level: 6"}), "--at", IN_WINDOW, "--format", "json")
    assert run.code == 1
    assert set(run.codes) == {"HTQ401", "HTQ404"}
