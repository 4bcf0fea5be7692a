"""The zip around a workbook: measured and rebuilt before a parser sees it.

Sizes in a zip are claims of whoever made it. So every part is unpacked here under the limits, checked, and
packed again without compression; the parser gets only that copy. Knows zip and nothing of cells.
"""

import io
import zipfile
import zlib

from integrations.excel.limits import MAX_BYTES, MAX_ENTRIES, MAX_RATIO, MAX_UNPACKED, RATIO_FROM
from ledger.errors import Fault, InputFaultsError

FILE_PLACE = "文件"
OLE = bytes.fromhex("D0CF11E0A1B11AE1")
KEPT = (".xml", ".rels")


def refuse(zh: str, en: str) -> InputFaultsError:
    """The fault of a file that cannot be looked into at all."""
    return InputFaultsError([Fault(FILE_PLACE, zh, en)])


def unpack(data: bytes) -> dict[str, bytes]:
    """Every XML part of the workbook by its lower-case name; refuses what is no xlsx and every zip bomb."""
    _check_outside(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_claims(entries, len(data))
            parts: dict[str, bytes] = {}
            for entry in entries:
                name = entry.filename.replace("\\", "/").lstrip("/").lower()
                if name in parts:
                    raise refuse(f"压缩包内有重复部件 {name}", f"the zip holds the part {name} twice")
                if name.endswith(KEPT):
                    # zipfile stops at the claimed size and compares the checksum, so a lie is found here.
                    parts[name] = archive.read(entry)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
        OverflowError,
    ) as error:
        raise refuse(
            "文件已损坏，无法解压，请用 Excel 打开后另存为 .xlsx",
            "the file is damaged and cannot be unpacked; save it as .xlsx in Excel",
        ) from error
    if "xl/workbook.xml" not in parts or "[content_types].xml" not in parts:
        raise refuse(
            "不是 .xlsx 工作簿（应为 Excel 工作簿，实为其他压缩文件），请另存为 .xlsx",
            "not an .xlsx workbook: expected an Excel workbook, found another zip; save it as .xlsx",
        )
    return parts


def repack(parts: dict[str, bytes]) -> bytes:
    """The measured parts as an uncompressed zip for the parser."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr("[Content_Types].xml" if name == "[content_types].xml" else name, content)
    return target.getvalue()


def _check_outside(data: bytes) -> None:
    if not data:
        raise refuse("文件是空的（0 字节）", "the file is empty (0 bytes)")
    if len(data) > MAX_BYTES:
        raise refuse(
            f"文件过大：应不大于 {MAX_BYTES} 字节，实为 {len(data)}，超出 {len(data) - MAX_BYTES}",
            f"file too large: expected at most {MAX_BYTES} bytes, found {len(data)}, "
            f"over by {len(data) - MAX_BYTES}",
        )
    if data.startswith(OLE):
        raise refuse(
            "是旧版 .xls 文件或设有打开密码，请取消密码并另存为 .xlsx",
            "an old .xls file, or protected by a password; remove the password and save it as .xlsx",
        )
    if not data.startswith(b"PK\x03\x04"):
        raise refuse(
            "不是 .xlsx 文件，请用 Excel 或 WPS 另存为 .xlsx",
            "not an .xlsx file; save it as .xlsx in Excel or WPS",
        )


def _check_claims(entries: list[zipfile.ZipInfo], packed: int) -> None:
    if len(entries) > MAX_ENTRIES:
        raise refuse(
            f"压缩包内部件过多：应不多于 {MAX_ENTRIES} 个，实有 {len(entries)} 个",
            f"too many parts in the zip: expected at most {MAX_ENTRIES}, found {len(entries)}",
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise refuse("压缩包已加密，请取消密码后再上传", "the zip is encrypted; remove the password")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        raise refuse(
            f"解压后过大：应不大于 {MAX_UNPACKED} 字节，实为 {unpacked} 字节，请分成几个文件",
            f"too large when unpacked: expected at most {MAX_UNPACKED} bytes, found {unpacked}; split it",
        )
    swollen = [e for e in entries if e.file_size > RATIO_FROM and e.file_size > e.compress_size * MAX_RATIO]
    if swollen or (unpacked > RATIO_FROM and unpacked > packed * MAX_RATIO):
        raise refuse(
            f"压缩比异常（超过 {MAX_RATIO} 倍），疑为压缩炸弹，不予打开",
            f"suspicious compression (more than {MAX_RATIO} times): refused as a zip bomb",
        )
