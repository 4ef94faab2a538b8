#!/usr/bin/env python3
"""Checks an audit trail of Gerbang without Gerbang. docs/audit.md describes the formats.

    python3 verify-audit.py EXPORT [--anchors FILE --key KEY]

EXPORT is the output of `gerbang admin audit export`, FILE the anchors that were kept, and KEY the public key that
`gerbang admin audit key` printed when the first anchor arrived. Needs Python 3.8 or newer and nothing else. Ends with 0 if
everything fits.
"""

import argparse
import base64
import hashlib
import json
import sys

HASHED = ["seq", "id", "at", "actor_id", "address", "action", "subject_id", "detail"]

# Ed25519 (RFC 8032, section 6): only what is needed to verify.
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    total = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        return None
    return P - x if (x & 1) != sign else x


def decode_point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signed(key, message, signature):
    if len(key) != 32 or len(signature) != 64:
        return False
    a, r, s = decode_point(key), decode_point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
    left, right = multiply(s, BASE), add(r, multiply(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def check_chain(lines):
    """Returns the hash of each event of the chain by number, and what is wrong with the first one that does not fit."""
    hashes, before, outside = {}, bytes(32), 0
    for number, line in enumerate(lines, 1):
        expected = len(hashes) + 1
        try:
            event = json.loads(line)
            link, stored = {field: event[field] for field in HASHED}, event["hash"]
        except (KeyError, TypeError, ValueError):
            return hashes, outside, f"baris {number} rusak."
        if link["seq"] is None:
            outside += 1
            continue
        if link["seq"] != expected:
            return hashes, outside, f"peristiwa nomor {expected} tidak ada."
        text = json.dumps(link, ensure_ascii=False, separators=(",", ":"))
        before = hashlib.sha256(before + text.encode()).digest()
        if before.hex() != stored:
            return hashes, outside, f"peristiwa nomor {expected} berubah setelah dicatat."
        hashes[expected] = before.hex()
    return hashes, outside, None


def misfit(anchor, key, hashes, is_whole):
    """Returns why an anchor does not fit; None if it does."""
    seq, site, digest, at = anchor["seq"], anchor["site"], anchor["hash"], anchor["at"]
    message = f"gerbang-audit-anchor-v1\n{site}\n{seq}\n{digest}\n{at}\n"
    if base64.b64decode(anchor["key"]) != key:
        return "ditandatangani dengan kunci lain."
    if not is_signed(key, message.encode(), base64.b64decode(anchor["signature"])):
        return "tanda tangannya palsu."
    if seq not in hashes:
        if is_whole:
            return f"jejak audit dipotong: kini berakhir pada peristiwa nomor {len(hashes)}."
        return "tidak dapat diperiksa karena rantai terputus sebelumnya."
    if hashes[seq] != digest:
        return "peristiwa sampai nomor itu diubah dan rantainya disusun ulang."
    return None


def check_anchors(lines, key, hashes, is_whole):
    """Returns how many anchors fit, and a sentence for each that does not."""
    fitting, faults = 0, []
    for number, line in enumerate(lines, 1):
        if not line.strip().startswith("{"):
            continue
        try:
            anchor = json.loads(line)
            why = misfit(anchor, key, hashes, is_whole)
            which = f", peristiwa nomor {anchor['seq']}"
        except (KeyError, TypeError, ValueError):
            why, which = "barisnya rusak.", ""
        if why is None:
            fitting += 1
        else:
            faults.append(f"Jangkar pada baris {number}{which}: {why}")
    if fitting == 0 and not faults:
        faults.append("Tidak ada jangkar di berkas itu.")
    return fitting, faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("export")
    parser.add_argument("--anchors")
    parser.add_argument("--key")
    given = parser.parse_args()
    if (given.anchors is None) != (given.key is None):
        parser.error("--anchors and --key belong together")
    with open(given.export, encoding="utf-8", newline="\n") as lines:
        hashes, outside, broken = check_chain(lines)
    faults = []
    if broken:
        faults.append(f"Rantai terputus: {broken}")
    else:
        print(f"Rantai utuh: {len(hashes)} peristiwa.")
    if outside:
        print(f"{outside} peristiwa lebih tua daripada rantai dan tidak dapat diperiksa.")
    if given.anchors:
        with open(given.anchors, encoding="utf-8") as lines:
            key = base64.b64decode(given.key)
            fitting, misfits = check_anchors(lines, key, hashes, broken is None)
        print(f"{fitting} jangkar cocok.")
        faults += misfits
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
