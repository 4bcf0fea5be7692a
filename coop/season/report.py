"""The demo's last page in the terminal: the figures in words, and where to look next."""

from __future__ import annotations

from typing import Any

from coop.kernel.units import kg_text
from coop.season.stage import BUYERS, OTHERS, PASSWORD, STAFF
from ledger.money import fen_text


def text_of(report: dict[str, Any]) -> str:
    """The report of `figures` as a page of text."""
    head = (
        f"演示年度 {report['year']}：{report['households']} 户，订单 {report['orders']} 份，"
        f"订购 {kg_text(report['ordered_g'])} 公斤，交售 {kg_text(report['delivered_g'])} 公斤，"
        f"付给农户 {fen_text(report['paid_households_fen'])} 元"
    )
    lines = [head]
    lines += [
        f"  {book['entity']}（{book['standard']}）：凭证 {book['vouchers']} 张，净收益 {fen_text(book['net_income_fen'])} 元，"
        f"公积 {fen_text(book['reserve_fen'])} 元，分红 {fen_text(book['dividend_fen'])} 元"
        for book in report["books"]
    ]
    points = report["points"]
    lines.append(
        f"  积分：发放 {points['issued']}，兑换 {points['redeemed']}，扣减 {points['deducted']}，结余 {points['outstanding']}"
    )
    verify = report["verify"]
    bad = {name: text for name, text in verify["invariants"].items() if text != "ok"}
    lines.append(
        f"核对 verify：{'全部通过 all ok' if verify['ok'] else bad}；"
        f"beancount 错误 errors {verify['beancount_errors']}，余额差异 differences {verify['balance_differences']}"
    )
    lines.append(
        f"看网页 next: make serve；登录 logins: {', '.join([*STAFF, *BUYERS, *OTHERS])}, H0001；密码 password: {PASSWORD}"
    )
    return "\n".join(lines)
