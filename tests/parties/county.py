"""A small county's workbook: one county office, one town, two villages, one enterprise, and their first users."""

from __future__ import annotations

from integrations.excel import Value

Rows = dict[str, list[dict[str, Value]]]


def county_rows() -> Rows:
    return {
        "区划": [
            {"code": "610729", "name": "某县（虚构）", "name_en": "County (fictional)"},
            {"code": "610729100", "name": "某镇（虚构）", "parent": "610729"},
            {"code": "610729100201", "name": "甲村（虚构）", "parent": "610729100"},
            {"code": "610729100202", "name": "乙村（虚构）", "parent": "610729100"},
        ],
        "单位": [
            {"code": "XIAN", "kind": "county", "name": "县局（虚构）", "area": "610729"},
            {"code": "ZHEN", "kind": "township", "name": "镇政府（虚构）", "area": "610729100"},
            {"code": "JIA", "kind": "village", "name": "甲村（虚构）", "area": "610729100201"},
            {"code": "YI", "kind": "village", "name": "乙村（虚构）", "area": "610729100202"},
            {"code": "QIYE", "kind": "enterprise", "name": "某公司（虚构）"},
        ],
        "法人": [
            {"code": "JIA-R", "tenant": "JIA", "name": "甲村股份社（虚构）", "standard": "rceo_2023"},
            {
                "code": "JIA-C",
                "tenant": "JIA",
                "name": "甲村合作社（虚构）",
                "standard": "coop_2021",
                "sells": True,
            },
            {"code": "YI-R", "tenant": "YI", "name": "乙村股份社（虚构）", "standard": "rceo_2023"},
            {"code": "QIYE", "tenant": "QIYE", "name": "某公司（虚构）"},
        ],
        "首批用户": [
            {"username": "root1", "name": "某管理员", "roles": "管理员"},
            {"username": "x1", "name": "某科长", "tenant": "XIAN", "roles": "县镇"},
            {"username": "z1", "name": "某镇干部", "tenant": "ZHEN", "roles": "county"},
            {"username": "j1", "name": "某支书", "tenant": "JIA", "roles": "经理、收购员"},
            {"username": "j2", "name": "某会计", "tenant": "JIA", "roles": "会计"},
            {"username": "y1", "name": "某主任", "tenant": "YI", "roles": "经理"},
            {"username": "q1", "name": "某采购", "tenant": "QIYE", "roles": "企业"},
        ],
    }
