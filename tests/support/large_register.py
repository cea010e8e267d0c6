"""A register of many rows, for tests and benchmarks."""

from __future__ import annotations

import numpy as np
import xlsxwriter


def write_large(path, count):
    """Write a register of many rows with all the usual columns."""
    random = np.random.default_rng(1)
    lon, lat = random.uniform(121.33, 121.41, count), random.uniform(31.12, 31.16, count)
    headings = [
        "序号",
        "街镇",
        "网点名称",
        "企业名称",
        "地址",
        "业态",
        "营业面积（㎡）",
        "是否示范",
        "状态",
        "营业时间",
        "开业时间",
        "负责人",
        "联系电话",
        "经度",
        "纬度",
        "备注",
    ]
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    page = book.add_worksheet("早餐网点")
    page.write_row(0, 0, headings)
    for n in range(count):
        row = [
            n + 1,
            "七宝镇" if lon[n] < 121.37 else "古美路街道",
            f"早餐店{n}",
            f"公司{n % 300}",
            f"漕宝路{n}弄{n % 90}号",
            "特色单店",
            50 + n % 100,
            "否",
            "营业",
            "06:00-10:00",
            "2021.5",
            "张三",
            13800000000 + n,
            round(lon[n], 6),
            round(lat[n], 6),
            "无",
        ]
        page.write_row(n + 1, 0, row)
    book.close()
