"""What database URLs give away."""

from __future__ import annotations

import pytest

from infra_audit.project.url_credentials import credential


@pytest.mark.parametrize(
    ("url", "password", "host"),
    [
        ("postgresql://shop:Kastanie77@db.shop.net:5432/shop", "Kastanie77", "db.shop.net"),
        ("mongodb+srv://shop:Kastanie77@c.k3x9q.mongodb.net/x", "Kastanie77", "c.k3x9q.mongodb.net"),
        ("rediss://:v7Qm2xT9kLb4@cache.shop.net", "v7Qm2xT9kLb4", "cache.shop.net"),
        ("mysql://shop:Kast@nie77@db.shop.net/shop", "Kast@nie77", "db.shop.net"),
        ("postgres://shop:Kastanie77@a.shop.net,b.shop.net/shop", "Kastanie77", "a.shop.net"),
        ("jdbc:mysql://db.shop.net/shop?user=shop&password=Kastanie77", "Kastanie77", "db.shop.net"),
        ("sqlserver://db.shop.net:1433;user=sa;password=Kastanie77", "Kastanie77", "db.shop.net"),
    ],
)  # fmt: skip
def test_a_live_password(url: str, password: str, host: str) -> None:
    found = credential(url)
    assert found is not None
    assert (found.password, found.host, found.private, found.trial) == (
        password,
        host,
        False,
        False,
    )


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgresql://shop@db.shop.net/shop", id="no-password"),
        pytest.param("postgresql://shop:Kastanie77@localhost/shop", id="this-machine"),
        pytest.param("postgresql://shop:Kastanie77@db/shop", id="a-service"),
        pytest.param("postgresql://shop:Kastanie77@db.example.com/shop", id="an-example"),
        pytest.param("postgresql://shop:Kastanie77@192.0.2.7/shop", id="a-number-for-examples"),
        pytest.param("postgresql://shop:Kastanie77@db.shop.svc.cluster.local/x", id="a-cluster"),
        pytest.param("postgresql://postgres:postgres@db.shop.net/shop", id="the-user-s-name"),
        pytest.param("postgresql://USER:PASSWORD@db.shop.net/shop", id="words-to-replace"),
        pytest.param("postgresql://shop:HARBOUR@db.shop.net/shop", id="a-word-in-capitals"),
        pytest.param("postgresql://shop:<password>@db.shop.net/shop", id="in-brackets"),
        pytest.param("postgresql://shop:${PW}@db.shop.net/shop", id="a-variable"),
        pytest.param("postgresql://shop:[YOUR-PASSWORD]@db.x.supabase.co/p", id="a-provider-s-page"),
        pytest.param("file:./dev.db", id="a-file"),
        pytest.param("no url at all", id="no-url"),
    ],
)  # fmt: skip
def test_nothing_is_given_away(url: str) -> None:
    assert credential(url) is None


def test_a_private_network_and_a_trial_are_told() -> None:
    private = credential("postgresql://shop:Kastanie77@10.0.3.7/shop")
    trial = credential("postgresql://shop:Kastanie77@db.shop.net/shop_staging")
    assert private is not None
    assert private.private
    assert trial is not None
    assert trial.trial
