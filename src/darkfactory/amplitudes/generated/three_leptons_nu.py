"""Squared amplitude of l -> l' l' l'bar nu nu through a photon.

In units of the mass of l. Written by FORM, not to be edited: ``make amplitudes`` regenerates it from
``amplitudes/form/lepton_line.frm``, where the notation stands.
"""
# source lepton_line.frm sha256 b0924f5772d371d32dfe4603deb32421bd7b1710d1a44a5cefdfea2d4ef6f5e2
# code sha256 d3c7c91e2e877c4b4de735c45c0d5e5a32dfd80b644f3c803ce2614ad9166bcf

from __future__ import annotations

from typing import Any

__all__ = ["direct", "direct_polarised", "interference", "interference_polarised"]

Pieces = dict[str, dict[str, Any]]


def direct(*, m: Any, E: Any, D1: Any, K1: Any, q2: Any, k1k2: Any, k1k3: Any, k1q: Any, k2q: Any, k3q: Any) -> Pieces:
    """|amplitude(k1; k2, k3)|^2, no exchange: spin average.

    Parameters
    ----------
    m : array_like
        Mass of the final leptons.
    E : array_like
        Propagator of the final lepton, 1/((P-q)^2 - m^2).
    D1 : array_like
        1/((k1+q)^2 - 1).
    K1 : array_like
        1/(k2+k3)^2.
    q2 : array_like
        Mass squared of the heavy system.
    k1k2 : array_like
        k1.k2.
    k1k3 : array_like
        k1.k3.
    k1q : array_like
        k1.q.
    k2q : array_like
        k2.q.
    k3q : array_like
        k3.q.

    Returns
    -------
    dict
        For each monomial of couplings, the Stokes components as named in the FORM source.
    """
    z1 = m * m
    z2 = z1 * k1q
    z3 = 2 * q2
    z4 = z3 + 1
    z5 = z4 * k1q
    z2 = z2 + z5
    z2 = 2 * z2
    z6 = z4 - z1
    z7 = z6 * k3q
    z6 = k2q * z6
    z6 = z6 + z2 - z7
    z6 = k2q * z6
    z8 = k1q + q2
    z9 = 4 * k1q
    z8 = z8 * z9
    z10 = q2 - 1
    z11 = z10 * q2
    z8 = z8 - z11
    z12 = 3 * q2
    z13 = -z1 * z12
    z14 = 2 * k1q
    z15 = z14 + q2
    z16 = z15 * k3q
    z17 = z15 * k2q
    z13 = z17 + z16 + z13 + z8
    z18 = 2 * k1k2
    z13 = z13 * z18
    z19 = z1 * q2
    z20 = z11 + z19
    z21 = z14 * q2
    z21 = z21 + z20
    z21 = z21 * z1
    z22 = 2 * k3q
    z23 = z22 * z1
    z24 = z14 - q2
    z25 = z24 * z23
    z26 = z3 * z1
    z17 = -z26 - z17
    z17 = k1k3 * z17
    z6 = 2 * z17 + z13 + z6 - z21 + z25
    z6 = k1k3 * z6
    z2 = z2 + z7
    z2 = k3q * z2
    z13 = 2 * z1
    z17 = z24 * z13
    z7 = z17 - z7
    z7 = k2q * z7
    z16 = -z26 - z16
    z16 = z16 * z18
    z2 = z16 + z7 - z21 + z2
    z2 = k1k2 * z2
    z7 = -k3q * k3q
    z16 = -z22 - k2q
    z16 = k2q * z16
    z7 = z7 + z16
    z7 = z7 * m * m * m * m
    z2 = z6 + 2 * z7 + z2
    z6 = 2 * K1
    z2 = z2 * z6
    z7 = z3 + 3 * k1q
    z16 = -z7 * z14
    z16 = 5 * z19 + z11 + z16
    z16 = z16 * z1
    z7 = z7 * z1
    z7 = z7 + z5
    z17 = -z23 - z7
    z17 = k3q * z17
    z21 = 2 * k2q
    z25 = z21 * z1
    z7 = -z25 - z7
    z7 = k2q * z7
    z27 = q2 + 2
    z27 = z27 * q2
    z28 = k1q * k1q
    z27 = z27 - z26 + 4 * z28
    z29 = z24 * z21
    z30 = k1k2 * q2
    z31 = 4 * z30
    z29 = -z31 + z29 + z27
    z29 = k1k2 * z29
    z24 = z24 * z22
    z32 = 4 * q2
    z33 = -k1k3 * z32
    z24 = z33 + z24 + z27
    z24 = k1k3 * z24
    z4 = z4 * z28
    z2 = z2 + z24 + z29 + z7 + z17 - 2 * z4 + z16
    z2 = E * z2 * z6
    z4 = z32 + z14
    z7 = z4 + 1
    z7 = z7 * z14
    z16 = z12 - z14
    z16 = z16 * z1
    z7 = -z11 + z7 + z16
    z11 = k2q * z7
    z8 = -z19 - z8
    z16 = z8 * z1
    z17 = -z8 * z18
    z11 = z17 - z16 + z11
    z11 = k1k3 * z11
    z17 = -z1 - z22
    z17 = z21 * z17
    z17 = z17 - z23
    z18 = k1q - q2
    z18 = z18 * z1
    z5 = z18 - z5
    z17 = z5 * z17
    z10 = z10 * z12
    z4 = -1 + z4
    z4 = z4 * z14
    z4 = z10 + z4
    z4 = k1q * z4
    z10 = 5 * q2 + z14
    z10 = k1q * z10
    z10 = z10 + z20
    z10 = z10 * z1
    z4 = z4 + z10
    z4 = z4 * z1
    z7 = k3q * z7
    z7 = -z16 + z7
    z7 = k1k2 * z7
    z4 = z11 + z7 + z4 + z17
    z4 = z4 * z6
    z7 = z12 + z14
    z10 = z7 * k1q
    z11 = z10 + z19
    z16 = -k2q - k3q
    z5 = z5 * z16
    z5 = z5 - z11
    z16 = -k1k3 - k1k2
    z8 = z8 * z16
    z4 = z4 + 2 * z5 + z8
    z4 = D1 * K1 * z4
    z2 = z2 + z4
    z2 = D1 * z2
    z4 = z12 + z9 + z22
    z5 = k3q * z4
    z8 = k1q + k3q
    z8 = z8 * z21
    z9 = k1k3 * q2
    z5 = z9 + z31 + z8 + z10 + z5
    z5 = k1k3 * z5
    z8 = 4 * k3q
    z12 = z8 * z1
    z12 = z12 + z25
    z16 = z7 * z1
    z17 = z12 + z16
    z17 = z17 * k2q
    z16 = z16 + z23
    z16 = z16 * k3q
    z16 = z17 + z16
    z17 = z10 + z26
    z15 = 3 * z15
    z8 = z21 + z15 + z8
    z8 = k2q * z8
    z18 = z15 + z22
    z18 = k3q * z18
    z3 = z3 * k1k2
    z8 = z3 + z8 + 2 * z17 + z18
    z8 = k1k2 * z8
    z7 = z7 + z22
    z17 = -z21 - z7
    z17 = k2q * z17
    z3 = z3 + z19 + z17
    z3 = k1k3 * z3
    z3 = z3 + z8 + z16
    z3 = k1k3 * z3
    z7 = -k3q * z7
    z8 = -k2q * z22
    z7 = z8 + z19 + z7
    z7 = k1k2 * z7
    z7 = z7 + z16
    z7 = k1k2 * z7
    z3 = z7 + z3
    z3 = z3 * z6
    z4 = z21 + z4
    z4 = k2q * z4
    z7 = k3q * z14
    z4 = z30 + z4 + z10 + z7
    z4 = k1k2 * z4
    z1 = z15 * z1
    z7 = -z1 - z23
    z7 = k3q * z7
    z1 = -z1 - z12
    z1 = k2q * z1
    z8 = -z11 * z13
    z1 = z3 + z5 + z4 + z1 + z8 + z7
    z1 = z1 * z6
    z1 = z1 + z9 - z26 + z30
    z1 = z1 * E * E
    z1 = z1 + z2
    z1 = 4 * z1
    return {
        "": {"S0": z1},
    }


def direct_polarised(
    *, m: Any, E: Any, D1: Any, K1: Any, q2: Any, k1k2: Any, k1k3: Any, k1q: Any, k2q: Any, k3q: Any
) -> Pieces:
    """|amplitude(k1; k2, k3)|^2, no exchange: with the spin of the decaying lepton.

    Parameters
    ----------
    m : array_like
        Mass of the final leptons.
    E : array_like
        Propagator of the final lepton, 1/((P-q)^2 - m^2).
    D1 : array_like
        1/((k1+q)^2 - 1).
    K1 : array_like
        1/(k2+k3)^2.
    q2 : array_like
        Mass squared of the heavy system.
    k1k2 : array_like
        k1.k2.
    k1k3 : array_like
        k1.k3.
    k1q : array_like
        k1.q.
    k2q : array_like
        k2.q.
    k3q : array_like
        k3.q.

    Returns
    -------
    dict
        For each monomial of couplings, the Stokes components as named in the FORM source.
    """
    z1 = q2 - 1
    z2 = m * m
    z3 = 2 * k1q
    z4 = z2 + z1 + z3
    z5 = k2q * k1q
    z6 = z5 * z4
    z7 = z1 * q2
    z8 = z2 * q2
    z9 = z7 + z8
    z10 = z3 * q2
    z10 = z10 + z9
    z11 = z3 - q2
    z12 = 2 * k3q
    z13 = z11 * z12
    z14 = z10 - z13
    z15 = k1k2 * z14
    z16 = 2 * k2q
    z17 = z11 * z16
    z18 = z17 * k1k3
    z6 = z18 + 2 * z6 + z15
    z15 = D1 * K1
    z19 = z15 * z15
    z6 = z6 * z19
    z20 = 3 * q2
    z21 = z20 * z2
    z22 = 3 * k3q
    z23 = z3 + q2
    z24 = -z22 - z23
    z24 = k2q * z24
    z25 = 2 * q2
    z26 = z25 * k1k2
    z27 = -k3q - z11
    z27 = k3q * z27
    z24 = -z26 - z21 + z27 + z24
    z24 = k1k2 * z24
    z27 = k3q * k1q
    z28 = z5 + z27
    z29 = 2 * z2
    z30 = z28 * z29
    z31 = k3q + 3 * k2q
    z31 = k2q * z31
    z31 = z31 - z21
    z31 = k1k3 * z31
    z24 = z31 + z30 + z24
    z31 = 2 * K1
    z24 = z24 * z31
    z32 = z5 - z27
    z33 = k1q * q2
    z33 = z33 + z8
    z34 = z25 * k1k3
    z24 = z24 - z34 - z33 - z32
    z24 = z24 * z15
    z35 = k1k2 * q2
    z36 = z8 - z35
    z37 = k1k2 * z36
    z38 = z8 + z35
    z38 = k1k3 * z38
    z37 = z37 + z38
    z37 = z37 * z31
    z38 = k1k3 * q2
    z39 = z38 - z8
    z37 = z37 + z39
    z40 = E * K1
    z37 = z37 * z40
    z24 = z24 + z37
    z24 = E * z24
    z6 = z6 + z24
    z6 = 8 * z6
    z24 = z27 * z4
    z37 = z11 * k3q
    z41 = k1k2 * z37
    z24 = z41 + z24
    z41 = -z17 + z10
    z41 = k1k3 * z41
    z24 = 2 * z24 + z41
    z19 = z24 * z19
    z22 = -k2q - z22 - z11
    z22 = k2q * z22
    z24 = z23 * k3q
    z22 = -z34 - z21 - z24 + z22
    z22 = k1k3 * z22
    z34 = k3q * k3q
    z41 = k2q * k3q
    z42 = -z21 + 3 * z34 + z41
    z42 = k1k2 * z42
    z22 = z22 + z30 + z42
    z22 = z22 * z31
    z22 = z22 - z26 - z33 + z32
    z22 = z22 * z15
    z30 = z2 * z35
    z32 = z35 - z39
    z32 = k1k3 * z32
    z30 = z30 + z32
    z30 = z30 * z31
    z30 = z30 - z36
    z30 = z30 * z40
    z22 = z22 + z30
    z22 = E * z22
    z19 = z19 + z22
    z19 = 8 * z19
    z22 = -z17 + z14
    z22 = z22 * z2
    z30 = 4 * k3q
    z32 = -k2q * z11 * z30
    z33 = -k1k2 * z13
    z18 = -z18 + z33 + z32 + z22
    z18 = K1 * z18
    z22 = q2 * q2
    z32 = k1q * z23
    z18 = z18 - z22 + z32
    z22 = K1 * D1 * D1
    z18 = z18 * z22
    z32 = k1q - q2
    z33 = 2 * z32
    z36 = -z33 - k3q
    z36 = k3q * z36
    z36 = -z8 + z36 + z41
    z36 = k1k2 * z36
    z39 = k2q - k3q
    z33 = -z33 - z39
    z33 = k2q * z33
    z33 = z26 + z33 - z8
    z33 = k1k3 * z33
    z42 = z12 + k2q
    z42 = z42 * k2q
    z34 = z42 + z34
    z29 = -z34 * z29
    z29 = z33 + z29 + z36
    z29 = z29 * z31
    z33 = z32 * z3
    z36 = 3 * k1q
    z42 = z36 + z30
    z42 = k2q * z42
    z43 = 5 * z8
    z29 = z29 + z43 + z42 + z33 + 3 * z27
    z29 = K1 * z29
    z29 = q2 + z29
    z29 = D1 * z29
    z33 = z25 * z2
    z42 = z35 + z38 - z33
    z44 = 4 * z35
    z45 = K1 * k1k3 * z44
    z45 = z45 + z42
    z40 = z45 * z40
    z29 = z29 + z40
    z29 = E * z29
    z18 = z18 + z29
    z18 = 8 * z18
    z29 = z16 + z12
    z40 = z29 - q2
    z45 = z40 * z2
    z46 = z3 + k3q
    z46 = k3q * z46
    z47 = -k1k2 * z12
    z41 = z47 + z45 + z46 - z41
    z41 = k1k2 * z41
    z46 = z3 + z39
    z46 = k2q * z46
    z47 = k2q + k3q
    z48 = 4 * k1q
    z49 = -q2 + z48 + z47
    z50 = 2 * k1k2
    z49 = z49 * z50
    z51 = -k1k3 * z16
    z45 = z51 + z49 + z46 + z45
    z45 = k1k3 * z45
    z41 = z41 + z45
    z41 = z41 * z31
    z40 = -8 * k1q - z40
    z40 = z40 * z2
    z45 = -z12 + z23
    z45 = k1k2 * z45
    z46 = -z16 + z23
    z46 = k1k3 * z46
    z49 = k1q * k1q
    z51 = 2 * z49
    z28 = z41 + z46 + z45 + z40 - z51 - z28
    z15 = z28 * z15
    z28 = z47 * z2
    z40 = z47 + z3
    z41 = k1k2 * z40
    z45 = -k1k3 * k2q
    z41 = z45 + z28 + z41
    z41 = k1k3 * z41
    z45 = k1k2 * k3q
    z28 = z28 - z45
    z28 = k1k2 * z28
    z28 = z28 + z41
    z28 = z28 * z31
    z40 = -z40 * z2
    z41 = k1q + k2q
    z41 = k1k2 * z41
    z45 = k3q + k1q
    z46 = k1k3 * z45
    z28 = z28 + z46 + z40 + z41
    z28 = E * z28 * z31
    z15 = z15 + z28
    z15 = E * z15
    z4 = z2 * k1q * z4
    z28 = z50 + k2q
    z28 = z11 * z28
    z40 = z11 * z2
    z28 = z40 + z28
    z28 = k1k3 * z28
    z37 = z37 + z40
    z37 = k1k2 * z37
    z4 = z28 + z4 + z37
    z4 = z4 * z31
    z28 = -k1q * z11
    z4 = z4 + z28 - z40
    z4 = z4 * z22
    z4 = z4 + z15
    z4 = 8 * z4
    z15 = z36 + z25
    z28 = -z15 * z3
    z36 = -z12 - z15
    z36 = k3q * z36
    z15 = -z16 - z15
    z15 = k2q * z15
    z15 = z43 + z15 + z36 + z7 + z28
    z15 = z15 * z2
    z28 = k1q + q2
    z28 = z28 * z48
    z28 = z28 - z7
    z36 = z23 * k2q
    z21 = -z21 + z36 + z24 + z28
    z21 = z21 * z50
    z37 = z3 - z39
    z37 = k2q * z37
    z14 = z37 - z14
    z14 = z14 * z2
    z37 = k2q + z3
    z25 = z25 + 1
    z37 = z25 * z37
    z39 = z25 * k3q
    z37 = -z39 + z37
    z37 = k2q * z37
    z36 = -z36 - z33
    z36 = k1k3 * z36
    z14 = 2 * z36 + z21 + z37 + z14
    z14 = k1k3 * z14
    z21 = z3 - k3q
    z21 = k3q * z21
    z11 = 2 * z11 + k3q
    z11 = k2q * z11
    z10 = z11 + z21 - z10
    z10 = z10 * z2
    z11 = z25 * z3
    z11 = z11 + z39
    z11 = k3q * z11
    z21 = -z24 - z33
    z21 = z21 * z50
    z24 = -k2q * z39
    z10 = z21 + z10 + z11 + z24
    z10 = k1k2 * z10
    z11 = z34 * m * m * m * m
    z10 = z14 - 2 * z11 + z10
    z10 = z10 * z31
    z5 = z5 * z25
    z11 = z25 * z27
    z5 = z5 + z11
    z14 = q2 + 2
    z14 = z14 * q2
    z14 = z14 - z33 + 4 * z49
    z17 = -z44 + z17 + z14
    z17 = k1k2 * z17
    z13 = -4 * z38 + z13 + z14
    z13 = k1k3 * z13
    z14 = -z25 * z51
    z10 = z10 + z13 + z17 + z15 + z14 - z5
    z10 = D1 * z10 * z31
    z13 = z20 + z3
    z14 = z13 * k1q
    z15 = z48 + z20
    z17 = z12 + z15
    z17 = k3q * z17
    z21 = z45 * z16
    z17 = z38 + z44 + z21 + z14 + z17
    z17 = k1k3 * z17
    z21 = z30 + z16
    z23 = 3 * z23
    z24 = z21 + z23
    z24 = z24 * k2q
    z23 = z23 + z12
    z23 = z23 * k3q
    z27 = z13 * z3
    z23 = z27 + z24 + z23
    z24 = z26 + 4 * z8 + z23
    z24 = k1k2 * z24
    z21 = z21 + z13
    z21 = z21 * k2q
    z27 = z13 + z12
    z27 = z27 * k3q
    z21 = z21 + z27
    z21 = z21 * z2
    z13 = -z13 - z29
    z13 = k2q * z13
    z13 = z13 + z26 + z8
    z13 = k1k3 * z13
    z13 = z13 + z21 + z24
    z13 = k1k3 * z13
    z24 = -k2q * z12
    z24 = z8 - z27 + z24
    z24 = k1k2 * z24
    z21 = z21 + z24
    z21 = k1k2 * z21
    z13 = z21 + z13
    z13 = z13 * z31
    z21 = -z33 - z23
    z21 = z21 * z2
    z15 = z29 + z15
    z15 = k2q * z15
    z23 = k3q * z3
    z15 = z35 + z15 + z14 + z23
    z15 = k1k2 * z15
    z13 = z13 + z17 + z21 + z15
    z13 = z13 * z31
    z13 = z13 + z42
    z13 = E * z13
    z10 = z10 + z13
    z10 = E * z10
    z12 = z32 * z12
    z13 = -z32 * z16
    z15 = 5 * q2 + z3
    z15 = k1q * z15
    z9 = z13 - z12 + z15 + z9
    z9 = z9 * z2
    z1 = z1 * z20
    z13 = z3 + 4 * q2
    z15 = -1 + z13
    z15 = z15 * z3
    z1 = z1 + z15
    z1 = k1q * z1
    z15 = z3 * z39
    z17 = k1q * z25
    z12 = z17 - z12
    z12 = z12 * z16
    z1 = z9 + z12 + z1 + z15
    z1 = z1 * z2
    z8 = -z8 - z28
    z9 = z20 - z3
    z12 = k2q * z9
    z12 = z12 - z8
    z12 = z12 * z2
    z13 = z13 + 1
    z3 = z13 * z3
    z3 = z3 - z7
    z7 = k2q * z3
    z13 = -z8 * z50
    z7 = z13 + z7 + z12
    z7 = k1k3 * z7
    z9 = k3q * z9
    z9 = z9 - z8
    z9 = z9 * z2
    z3 = k3q * z3
    z3 = z3 + z9
    z3 = k1k2 * z3
    z9 = k2q * z11
    z1 = z7 + z3 + 4 * z9 + z1
    z1 = z1 * z31
    z3 = -z32 * z47
    z3 = -q2 + z3
    z2 = z3 * z2
    z2 = z2 - z14 + z5
    z3 = -k1k3 - k1k2
    z3 = z8 * z3
    z1 = z1 + 2 * z2 + z3
    z1 = z1 * z22
    z1 = z1 + z10
    z1 = 4 * z1
    return {
        "": {"S0": z1, "c1": z18, "c2": z19, "c3": z6, "cq": z4},
    }


def interference(
    *,
    m: Any,
    E: Any,
    D1: Any,
    D2: Any,
    K1: Any,
    K2: Any,
    q2: Any,
    k1k2: Any,
    k1k3: Any,
    k2k3: Any,
    k1q: Any,
    k2q: Any,
    k3q: Any,
) -> Pieces:
    """Product of amplitude(k1; k2, k3) with amplitude(k2; k1, k3), real part: spin average.

    Parameters
    ----------
    m : array_like
        Mass of the final leptons.
    E : array_like
        Propagator of the final lepton, 1/((P-q)^2 - m^2).
    D1 : array_like
        1/((k1+q)^2 - 1).
    D2 : array_like
        1/((k2+q)^2 - 1).
    K1 : array_like
        1/(k2+k3)^2.
    K2 : array_like
        1/(k1+k3)^2.
    q2 : array_like
        Mass squared of the heavy system.
    k1k2 : array_like
        k1.k2.
    k1k3 : array_like
        k1.k3.
    k2k3 : array_like
        k2.k3.
    k1q : array_like
        k1.q.
    k2q : array_like
        k2.q.
    k3q : array_like
        k3.q.

    Returns
    -------
    dict
        For each monomial of couplings, the Stokes components as named in the FORM source.
    """
    z1 = m * m * m * m
    z2 = 2 * z1
    z3 = m * m
    z4 = -2 + z3
    z4 = z4 * z2
    z5 = 3 * z3
    z6 = z5 - 1
    z7 = z3 * k1k2
    z8 = -z6 * z7
    z9 = 2 * k1k2
    z10 = z9 * z3
    z11 = -z1 + z10
    z12 = 3 * q2
    z11 = z11 * z12
    z4 = z11 + z4 + z8
    z4 = q2 * z4
    z8 = 5 * z3
    z11 = z8 + z9
    z11 = z11 * q2
    z13 = 2 * z3
    z14 = z13 - 1
    z14 = z14 * k1k2
    z11 = z3 + z14 - z11
    z14 = 2 * k3q
    z11 = z11 * z14
    z15 = 7 * z3
    z16 = z15 + 3
    z16 = z16 * z3
    z17 = z12 * z3
    z16 = -z16 + z17 + 6 * z7
    z16 = z16 * q2
    z11 = z11 - z16
    z16 = z14 * z3
    z16 = z16 + z17 - z2
    z17 = 2 * k2q
    z18 = z16 * z17
    z18 = z18 - z11
    z18 = k2q * z18
    z19 = 2 * k1q
    z16 = z16 * z19
    z20 = 2 * q2
    z21 = z20 + 1
    z22 = -z9 + z21
    z22 = k3q * z22
    z22 = -z3 + z22
    z23 = 4 * k2q
    z22 = z22 * z23
    z11 = z16 + z22 - z11
    z11 = k1q * z11
    z16 = z5 - z9
    z16 = q2 * z16
    z22 = 8 * k1k2 - 1 + z8
    z22 = k1k2 * z22
    z16 = z16 - 6 * z1 + z22
    z16 = q2 * z16
    z22 = z20 * z3
    z24 = z3 + 1
    z25 = -k1k2 * z24
    z25 = z25 + z22
    z25 = z25 * z14
    z16 = z16 + z25
    z16 = k3q * z16
    z4 = z11 + z18 + z4 + z16
    z11 = 2 * K1
    z4 = z4 * z11
    z16 = 4 * k1k2
    z18 = z16 + z15 - 3
    z18 = z18 * q2
    z25 = z24 * z14
    z18 = z18 + z25
    z25 = z16 - 1
    z26 = -z25 + 4 * q2
    z27 = z26 * z17
    z28 = 4 * z3
    z29 = z28 - 1
    z30 = z29 * z19
    z27 = z30 + z27 + z18
    z27 = k1q * z27
    z30 = z13 - 3
    z30 = z30 * z3
    z31 = z3 - 1
    z32 = z31 + z9
    z32 = z32 * z9
    z30 = z30 - z32
    z32 = z9 - z3
    z32 = z32 * q2
    z30 = z32 + 2 * z30
    z30 = z30 * q2
    z33 = z3 * q2
    z34 = z33 * k3q
    z30 = z30 - 4 * z34
    z35 = z5 + z9
    z35 = z35 * q2
    z36 = z3 * z17
    z36 = z35 + z36
    z36 = z36 * z17
    z4 = z4 + z27 + z36 - z30
    z4 = K2 * z4
    z27 = z29 * z17
    z18 = z27 + z18
    z18 = k2q * z18
    z27 = z19 * z3
    z26 = k2q * z26
    z26 = z27 + z35 + z26
    z26 = z26 * z19
    z18 = z26 + z18 - z30
    z18 = K1 * z18
    z24 = q2 * z24
    z4 = z4 + z24 + z18
    z4 = D1 * z4
    z18 = z15 + 1
    z18 = z18 * z3
    z10 = z18 - z10
    z10 = z10 * k1k2
    z18 = z7 + z1
    z18 = z18 * q2
    z24 = z6 * z1
    z10 = z10 - z18 - z24
    z10 = z10 * q2
    z18 = z5 * k1k2
    z18 = -z18 + z22 + z3
    z18 = z18 * k3q
    z24 = k1k2 * k1k2
    z26 = -2 * z24 + 3 * z1
    z26 = z26 * q2
    z18 = z18 - z26
    z18 = z18 * z14
    z10 = z10 - z18
    z15 = z25 - z15
    z15 = z15 * k1k2
    z18 = z13 - k1k2
    z25 = z18 * z20
    z26 = z31 * z13
    z15 = z15 + z25 - z26
    z15 = z15 * k3q
    z25 = -z7 + 5 * z1
    z25 = z25 * q2
    z15 = z15 - z25
    z25 = -z1 * z23
    z25 = z25 + z15
    z25 = z25 * z17
    z26 = z29 * k1k2
    z29 = z9 * q2
    z26 = z1 + z26 - z29
    z26 = z26 * k3q
    z2 = z2 + z7
    z2 = z2 * q2
    z2 = z26 + z2
    z7 = z5 + 1
    z7 = z7 * z3
    z7 = z7 + z22
    z7 = z7 * k2q
    z26 = -z1 * z19
    z26 = z26 - z7 - z2
    z26 = z26 * z19
    z25 = z26 + z25 - z10
    z25 = z25 * z11
    z26 = z6 * z9
    z6 = z6 * z3
    z26 = -z6 + z26 + z32
    z26 = z26 * q2
    z26 = z26 + 10 * z34
    z8 = z8 - z16
    z30 = z8 - z21
    z30 = z30 * k2q
    z31 = z5 * k3q
    z29 = z31 - z29
    z28 = z28 - z21
    z31 = k1q * z28
    z31 = z31 + z30 + z29
    z31 = z31 * z19
    z8 = z8 * q2
    z32 = z3 - k1k2
    z34 = z23 * z32
    z35 = z8 + z34
    z35 = z35 * z17
    z36 = 6 * z33
    z37 = k2k3 * z36
    z25 = z25 + z37 + z31 + z35 + z26
    z25 = K2 * z25
    z31 = z16 + z5 - 2
    z31 = z31 * z9
    z35 = z9 + z3
    z35 = z35 * q2
    z6 = z31 - z35 - z6
    z6 = z6 * q2
    z16 = z21 - z16
    z13 = z16 + z13
    z13 = z13 * k2q
    z21 = z3 + k1k2
    z20 = z21 * z20
    z20 = z27 + z20 + z13
    z20 = z20 * z19
    z27 = z3 * k3q
    z22 = z22 + z27
    z5 = z16 + z5
    z16 = k2q * z5
    z16 = z16 + z22
    z16 = z16 * z17
    z16 = z20 + z6 + z16
    z16 = K1 * z16
    z16 = z25 - z33 + z16
    z16 = E * z16
    z4 = z4 + z16
    z4 = D2 * z4
    z16 = 4 * k1q
    z20 = -z1 * z16
    z7 = z20 - z7 + z15
    z7 = z7 * z19
    z15 = -z1 * z17
    z2 = z15 - z2
    z2 = z2 * z17
    z2 = z7 + z2 - z10
    z2 = z2 * z11
    z5 = k1q * z5
    z5 = z5 + z13 + z22
    z5 = z5 * z19
    z7 = z21 * q2
    z3 = k2q * z3
    z3 = z7 + z3
    z3 = z3 * z23
    z2 = z2 + z5 + z6 + z3
    z2 = K2 * z2
    z3 = z32 * z16
    z3 = z3 + z8 + z30
    z3 = z3 * z19
    z5 = k2q * z28
    z5 = z5 + z29
    z5 = z5 * z17
    z6 = k1k3 * z36
    z3 = z6 + z3 + z5 + z26
    z3 = K1 * z3
    z2 = z2 - z33 + z3
    z2 = D1 * z2
    z3 = z18 * k1k2
    z5 = -z12 * z3
    z6 = -k3q * z18 * z9
    z5 = z5 + z6
    z5 = k3q * z5
    z3 = z3 + z1
    z3 = z3 * z14
    z6 = -z17 - z12
    z6 = z1 * z6
    z6 = -z3 + z6
    z6 = k2q * z6
    z8 = -z19 - z23 - z12
    z1 = z1 * z8
    z1 = -z3 + z1
    z1 = k1q * z1
    z3 = -z24 * z33
    z1 = z1 + z6 + z3 + z5
    z1 = z1 * z11
    z3 = z32 * z19
    z5 = z14 + z12
    z5 = z32 * z5
    z3 = z5 + z3 + z34
    z3 = z3 * k1q
    z6 = z32 * z17
    z5 = z6 + z5
    z5 = z5 * k2q
    z6 = k1k2 * z7
    z3 = z3 + z5 - z6
    z5 = z32 * q2
    z6 = k2k3 * z5
    z1 = z1 + z6 + z3
    z1 = K2 * z1
    z6 = k1k3 * z5
    z3 = z6 + z3
    z3 = K1 * z3
    z1 = z1 + z5 + z3
    z1 = E * z1
    z1 = z2 + 4 * z1
    z1 = E * z1
    z1 = z1 + z4
    z1 = 2 * z1
    return {
        "": {"S0": z1},
    }


def interference_polarised(
    *,
    m: Any,
    E: Any,
    D1: Any,
    D2: Any,
    K1: Any,
    K2: Any,
    q2: Any,
    k1k2: Any,
    k1k3: Any,
    k2k3: Any,
    k1q: Any,
    k2q: Any,
    k3q: Any,
) -> Pieces:
    """Product of amplitude(k1; k2, k3) with amplitude(k2; k1, k3), real part: with the spin.

    Parameters
    ----------
    m : array_like
        Mass of the final leptons.
    E : array_like
        Propagator of the final lepton, 1/((P-q)^2 - m^2).
    D1 : array_like
        1/((k1+q)^2 - 1).
    D2 : array_like
        1/((k2+q)^2 - 1).
    K1 : array_like
        1/(k2+k3)^2.
    K2 : array_like
        1/(k1+k3)^2.
    q2 : array_like
        Mass squared of the heavy system.
    k1k2 : array_like
        k1.k2.
    k1k3 : array_like
        k1.k3.
    k2k3 : array_like
        k2.k3.
    k1q : array_like
        k1.q.
    k2q : array_like
        k2.q.
    k3q : array_like
        k3.q.

    Returns
    -------
    dict
        For each monomial of couplings, the Stokes components as named in the FORM source.
    """
    z1 = k3q * k3q
    z2 = m * m
    z3 = 2 * z2
    z4 = -z1 * z3
    z5 = z2 * k3q
    z6 = m * m * m * m
    z7 = z5 - z6
    z8 = k1k2 * k1k2
    z9 = z8 + z7
    z9 = q2 * z9
    z10 = z2 - k1k2
    z11 = z10 * q2
    z12 = z2 * k1q
    z13 = z11 - z12
    z14 = -z5 - z13
    z14 = k1q * z14
    z15 = 5 * z2
    z16 = 2 * k1k2
    z17 = -z15 + z16
    z17 = k3q * z17
    z17 = z17 - z12
    z17 = k2q * z17
    z4 = z17 + z14 + z4 + z9
    z9 = 2 * K1
    z4 = z4 * z9
    z14 = z2 + k1k2
    z17 = z14 * q2
    z4 = z17 + z4
    z4 = K2 * z4
    z18 = 3 * z2
    z19 = z18 - k1k2
    z19 = z19 * q2
    z20 = -K1 * z19
    z4 = z20 + z4
    z4 = D2 * z4
    z20 = z16 - z2
    z21 = k3q * z20
    z22 = z2 * k2q
    z23 = -k1q * z18
    z21 = z22 + z23 + z21 - z11
    z21 = k2q * z21
    z23 = 2 * z6
    z24 = -k1k2 * z10
    z24 = z5 - z23 + z24
    z24 = q2 * z24
    z25 = z5 * k1q
    z21 = z21 + z24 - z25
    z21 = z21 * z9
    z24 = 3 * k1k2
    z26 = -z3 - z24
    z26 = q2 * z26
    z27 = k1q * k1q
    z28 = 2 * k1q
    z29 = z28 * k2q
    z21 = z21 + z29 + z26 + 2 * z27
    z21 = K2 * z21
    z26 = k2q + k1q
    z30 = 2 * k2q
    z31 = -z26 * z30
    z32 = z3 - k1k2
    z33 = q2 * z32
    z31 = z33 + z31
    z31 = K1 * z31
    z21 = z31 + z21
    z21 = D1 * z21
    z31 = 4 * k1k2
    z33 = z31 * q2
    z34 = -E * K2 * K1 * z32 * z33
    z4 = z34 + z21 + z4
    z4 = E * z4
    z21 = -3 - z2
    z21 = z21 * z3
    z34 = 2 * k3q
    z35 = z18 + k1k2
    z35 = z35 * z34
    z36 = z2 * q2
    z37 = 5 * z36
    z38 = 7 * z2
    z39 = z38 + 1
    z40 = k1k2 * z39
    z21 = z37 + z35 + z21 + z40
    z21 = q2 * z21
    z35 = z28 * z2
    z40 = z16 * k3q
    z41 = z35 - z40
    z37 = z22 + z37 - z41
    z37 = z37 * z30
    z42 = 2 * q2
    z43 = z42 * z2
    z44 = -z5 + z43
    z44 = 2 * z44 + z12
    z44 = z44 * z28
    z21 = z37 + z21 + z44
    z21 = K1 * z21
    z37 = 3 * q2
    z44 = -k1q * z37
    z21 = z21 + z29 - z33 + z44
    z21 = K2 * z21
    z44 = 4 * z36
    z45 = -q2 - z30
    z45 = k2q * z45
    z45 = z44 + z45
    z45 = K1 * z45
    z21 = z45 + z21
    z45 = D2 * D1
    z21 = z21 * z45
    z4 = z21 + z4
    z4 = 4 * z4
    z21 = z10 * z34
    z46 = z12 + z21 - z36
    z46 = k1q * z46
    z47 = z1 * z2
    z48 = z2 * k1k2
    z49 = z48 - z6
    z50 = z32 * k3q
    z51 = z50 + z49
    z51 = q2 * z51
    z52 = -z50 + z12
    z52 = z52 * z30
    z46 = z52 + z46 - z47 + z51
    z46 = z46 * z9
    z51 = z28 - q2
    z52 = k1q * z51
    z29 = z46 + z29 + z36 + z52
    z46 = 2 * K2
    z29 = z29 * z46
    z52 = z10 * z37
    z53 = z51 + z30
    z54 = -z34 - z53
    z54 = k2q * z54
    z55 = z34 * k1q
    z54 = z54 - z52 - z55
    z54 = z54 * z9
    z56 = z42 * K1
    z57 = z56 * k1k3
    z57 = z57 + q2
    z29 = z29 + z54 - z57
    z29 = D2 * z29
    z54 = 3 * z6
    z58 = z5 - z54 + z48
    z58 = q2 * z58
    z59 = -z20 * z1
    z60 = -z5 - z12
    z60 = k2q * z60
    z25 = z60 + z25 + z59 + z58
    z25 = z25 * z9
    z58 = z37 * z2
    z59 = k1q * q2
    z25 = z25 + z58 + z59
    z25 = z25 * z46
    z59 = z34 - q2
    z60 = k2q * z59
    z19 = z60 + z19 + z55
    z19 = z19 * z9
    z19 = z25 + z19 + z57
    z19 = D1 * z19
    z25 = z56 * z6
    z25 = z25 - z11
    z25 = z25 * K2
    z55 = z11 * K1
    z25 = z25 - z55
    z55 = 4 * E
    z25 = z25 * z55
    z19 = -z25 + z29 + z19
    z19 = E * z19
    z29 = z2 - 1
    z56 = z29 * z2
    z56 = z56 + z40 + z36
    z56 = z56 * q2
    z57 = z34 - z2
    z57 = z57 * k1q
    z60 = -z57 + z5 + z58
    z60 = k2q * z60
    z61 = z34 + z2
    z62 = k1q * z61
    z63 = z34 * q2
    z62 = z62 - k3q + z63
    z62 = k1q * z62
    z60 = z60 + z56 + z62
    z60 = z60 * z9
    z62 = q2 + z28
    z62 = k1q * z62
    z44 = z60 - z44 + z62
    z44 = z44 * z46
    z60 = 8 * k1k2
    z62 = z28 + z60 + z29
    z62 = q2 * z62
    z64 = 4 * k2q
    z65 = q2 - k1q
    z65 = z65 * z64
    z62 = z65 + z62
    z62 = K1 * z62
    z44 = z62 + z44
    z44 = z44 * z45
    z19 = z44 + z19
    z19 = 2 * z19
    z44 = k2q + q2
    z44 = z61 * z44
    z61 = z3 - 1
    z62 = z16 + z61
    z62 = k3q * z62
    z44 = -z57 + z62 + z44
    z44 = k2q * z44
    z57 = z16 + z2
    z62 = z57 * k3q
    z65 = -z62 + z43
    z65 = k1q * z65
    z44 = z44 + z56 + z65
    z44 = K1 * z44
    z27 = z27 + z44
    z44 = z30 - z39
    z44 = q2 * z44
    z27 = z44 + 4 * z27
    z27 = K2 * z27
    z44 = z37 - z28
    z44 = k2q * z44
    z33 = z33 + z44
    z33 = z33 * z9
    z27 = z33 + z27
    z27 = z27 * z45
    z33 = -z57 * z1
    z44 = 2 * z49 + z5
    z44 = q2 * z44
    z49 = -k1q * z62
    z56 = z18 - z16
    z65 = z56 * k3q
    z66 = -z65 + z12
    z66 = k2q * z66
    z33 = z66 + z49 + z33 + z44
    z33 = z33 * z9
    z44 = z51 + z34
    z44 = k1q * z44
    z49 = k3q + k1q
    z49 = z49 * z30
    z51 = k2k3 + z3 + k1k2
    z51 = z51 * q2
    z33 = z33 + z49 + z44 + z51
    z33 = z33 * z46
    z44 = z57 * z42
    z49 = -k2q * z53
    z44 = z44 + z49
    z44 = z44 * z9
    z33 = z33 + q2 + z44
    z33 = D2 * z33
    z44 = z34 * z2
    z22 = z22 + z44 - z36
    z22 = k2q * z22
    z49 = z23 - z50
    z53 = -q2 * z49
    z22 = z22 + z47 + z53
    z22 = z22 * z9
    z47 = -k1q * z59
    z53 = -k2q * z34
    z22 = z22 + z53 + z47 - z51
    z22 = z22 * z46
    z46 = z10 * z42
    z47 = -k2q * q2
    z46 = z46 + z47
    z46 = z46 * z9
    z22 = z22 - q2 + z46
    z22 = D1 * z22
    z22 = -z25 + z22 + z33
    z22 = E * z22
    z22 = z27 + z22
    z22 = 2 * z22
    z25 = z56 * k1k2
    z25 = z25 + z6
    z27 = z44 - z25
    z27 = k3q * z27
    z33 = z48 + z6
    z41 = -z33 - z41
    z41 = k2q * z41
    z46 = -z49 * z28
    z27 = z41 + z27 + z46
    z27 = z27 * z9
    z41 = z28 + z2
    z41 = z41 * k2q
    z46 = k1q + z32
    z46 = z46 * z28
    z47 = -k1k2 * z37
    z27 = z27 + z41 + z46 + z62 + z47
    z27 = K2 * z27
    z46 = 4 * k1q
    z47 = z46 * z10
    z49 = z20 + z30
    z51 = -z28 - z49
    z51 = k2q * z51
    z51 = z51 + z5 + z47
    z51 = K1 * z51
    z27 = z51 + z27
    z27 = D1 * z27
    z51 = z64 * z6
    z53 = z33 * q2
    z25 = -k3q * z25
    z56 = -k1q * z33
    z25 = -z51 + z56 + z25 + z53
    z25 = z25 * z9
    z56 = z64 * z10
    z59 = z20 * q2
    z64 = -k1q * z20
    z25 = z25 + z56 + z64 + z5 + z59
    z25 = K2 * z25
    z64 = z32 * z30
    z62 = z64 + z62 - z13
    z62 = K1 * z62
    z25 = z62 + z25
    z25 = D2 * z25
    z62 = z10 * z26
    z26 = -z6 * z26
    z64 = -k1k2 * z50
    z26 = z64 + z26
    z26 = z26 * z9
    z26 = z26 + z62
    z26 = K2 * z26
    z62 = K1 * z62
    z26 = z62 + z26
    z26 = z26 * z55
    z25 = z26 + z27 + z25
    z25 = E * z25
    z26 = z36 + z44 - z35 - z33
    z26 = k2q * z26
    z27 = -k3q * z14
    z27 = z27 + z33
    z27 = q2 * z27
    z33 = -z40 - z33
    z33 = k1q * z33
    z62 = -k3q * k1k2 * z29
    z26 = z26 + z33 + z62 + z27
    z26 = z26 * z9
    z27 = -z15 - z24
    z27 = q2 * z27
    z20 = -q2 - z20
    z20 = k1q * z20
    z20 = z26 + z41 + z27 + z20
    z20 = K2 * z20
    z26 = q2 - z49
    z26 = k2q * z26
    z13 = z26 - z13
    z13 = K1 * z13
    z13 = z13 + z20
    z13 = z13 * z45
    z13 = z13 + z25
    z13 = 4 * z13
    z20 = -2 * z8 + z54 - z44
    z20 = z20 * z34
    z25 = z39 * z2
    z26 = z16 * z2
    z25 = z25 - z26
    z25 = z25 * k1k2
    z27 = z18 - 1
    z33 = z27 * z6
    z20 = -z20 - z25 + z33 + z53
    z20 = z20 * q2
    z25 = z18 * k1k2
    z25 = z25 - z2
    z33 = 2 * z1
    z25 = z25 * z33
    z20 = z20 - z25
    z25 = z32 * z34
    z25 = -z48 - z25 + 5 * z6
    z25 = z25 * q2
    z33 = z31 - 1
    z39 = z33 - z38
    z39 = z39 * k1k2
    z29 = z29 * z3
    z29 = z39 - z29
    z29 = z29 * k3q
    z25 = z25 - z29
    z29 = -z6 * z46
    z29 = z29 - z25
    z29 = z29 * z28
    z39 = z48 + z23 - z40
    z39 = z39 * q2
    z40 = 4 * z2
    z41 = z40 - 1
    z49 = z41 * k1k2
    z49 = z49 + z6
    z49 = z49 * k3q
    z39 = z39 + z49
    z49 = z18 + 1
    z49 = z49 * z2
    z49 = z49 + z43
    z49 = z49 * k1q
    z53 = -z6 * z30
    z53 = z53 - z49 - z39
    z53 = z53 * z30
    z29 = z53 + z29 + z20
    z29 = z29 * z9
    z53 = z31 + z18 - 2
    z53 = z53 * z16
    z54 = z57 * q2
    z62 = z27 * z2
    z53 = z53 - z54 - z62
    z53 = z53 * q2
    z54 = z33 - z42
    z64 = z54 - z3
    z64 = z64 * k1q
    z66 = z30 * z2
    z14 = z14 * z42
    z14 = z66 + z14 - z64
    z14 = z14 * z30
    z43 = z43 + z5
    z54 = z54 - z18
    z67 = -k1q * z54
    z67 = z67 + z43
    z67 = z67 * z28
    z14 = z29 + z14 + z53 + z67
    z14 = K2 * z14
    z29 = z27 * z16
    z29 = -z29 - 10 * z5 + z62 - z59
    z29 = z29 * q2
    z62 = z16 * q2
    z67 = z18 * k3q
    z62 = z62 - z67
    z67 = z15 - z31
    z42 = z42 + 1
    z68 = z67 - z42
    z68 = z68 * k1q
    z40 = z40 - z42
    z42 = k2q * z40
    z42 = z42 + z68 - z62
    z42 = z42 * z30
    z67 = z67 * q2
    z69 = z67 + z47
    z69 = z69 * z28
    z42 = z42 - z29 + z69
    z42 = K1 * z42
    z69 = 6 * z36
    z70 = k1k3 * K1
    z71 = z70 * z69
    z14 = z71 + z14 - z36 + z42
    z14 = D1 * z14
    z25 = -z51 - z49 - z25
    z25 = z25 * z30
    z42 = -z6 * z28
    z39 = z42 - z39
    z39 = z39 * z28
    z20 = z25 + z39 + z20
    z20 = z20 * z9
    z25 = z56 + z67 + z68
    z25 = z25 * z30
    z39 = k1q * z40
    z39 = z39 - z62
    z39 = z39 * z28
    z40 = k2k3 * z69
    z20 = z40 + z20 + z25 - z29 + z39
    z20 = K2 * z20
    z25 = -k2q * z54
    z25 = z25 - z64 + z43
    z25 = z25 * z30
    z12 = z17 + z12
    z12 = z12 * z46
    z12 = z25 + z53 + z12
    z12 = K1 * z12
    z12 = z20 - z36 + z12
    z12 = D2 * z12
    z8 = -z2 * z8
    z20 = -z50 * z24
    z8 = z8 + z20
    z8 = q2 * z8
    z20 = z32 * k1k2
    z20 = z20 + z6
    z20 = z20 * z34
    z24 = -z28 - z37
    z24 = z6 * z24
    z24 = -z20 + z24
    z24 = k1q * z24
    z25 = -z30 - z46 - z37
    z25 = z6 * z25
    z20 = -z20 + z25
    z20 = k2q * z20
    z1 = z1 * z16
    z25 = -z32 * z1
    z8 = z20 + z24 + z25 + z8
    z8 = z8 * z9
    z20 = z21 + z52
    z21 = z10 * z30
    z21 = z21 + z20 + z47
    z21 = z21 * k2q
    z10 = z10 * z28
    z10 = z10 + z20
    z10 = z10 * k1q
    z17 = z17 * k1k2
    z10 = -z17 + z21 + z10
    z17 = k2k3 * z11
    z8 = z17 + z8 + z10
    z8 = K2 * z8
    z10 = K1 * z10
    z17 = z70 + 1
    z11 = z11 * z17
    z8 = z8 + z10 + z11
    z8 = z8 * z55
    z8 = z8 + z12 + z14
    z8 = E * z8
    z10 = z60 - 1 + z15
    z10 = k1k2 * z10
    z5 = 4 * z5 - 6 * z6 + z10
    z5 = k3q * z5
    z6 = -z6 + z26
    z6 = 3 * z6 + z65
    z6 = q2 * z6
    z10 = -2 + z2
    z10 = z10 * z23
    z11 = -z27 * z48
    z5 = z6 + z5 + z10 + z11
    z5 = q2 * z5
    z6 = z38 + 3
    z6 = z6 * z2
    z10 = z15 + z16
    z10 = z10 * z34
    z6 = z10 - z6 + z58 + 6 * z48
    z6 = z6 * q2
    z10 = z61 * k1k2
    z10 = z10 + z2
    z10 = z10 * z34
    z6 = z6 - z10
    z10 = 1 - z16
    z10 = k3q * z10
    z10 = z63 - z2 + z10
    z10 = z10 * z46
    z7 = z58 + 2 * z7
    z11 = z7 * z30
    z10 = z11 + z10 + z6
    z10 = k2q * z10
    z7 = z7 * z28
    z6 = z7 + z6
    z6 = k1q * z6
    z7 = z2 + 1
    z1 = -z7 * z1
    z1 = z10 + z6 + z1 + z5
    z1 = z1 * z9
    z5 = z57 - 1
    z5 = z5 * z16
    z3 = z3 - 3
    z2 = z3 * z2
    z2 = z44 + z5 - z2
    z2 = -z59 + 2 * z2
    z2 = z2 * q2
    z3 = z31 + z38 - 3
    z3 = z3 * q2
    z5 = z7 * z34
    z3 = z3 + z5
    z5 = z41 * z28
    z5 = z5 + z3
    z5 = k1q * z5
    z6 = z18 + z16
    z6 = z6 * q2
    z9 = -z33 + 4 * q2
    z10 = k1q * z9
    z10 = z66 + z6 + z10
    z10 = z10 * z30
    z1 = z1 + z10 + z2 + z5
    z1 = K2 * z1
    z5 = z9 * z28
    z9 = z41 * z30
    z3 = z9 + z5 + z3
    z3 = k2q * z3
    z5 = z6 + z35
    z5 = z5 * z28
    z2 = z3 + z2 + z5
    z2 = K1 * z2
    z3 = q2 * z7
    z1 = z1 + z3 + z2
    z1 = z1 * z45
    z1 = z1 + z8
    z1 = 2 * z1
    return {
        "": {"S0": z1, "c1": z22, "c2": z19, "c3": z4, "cq": z13},
    }
