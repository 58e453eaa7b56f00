"""Squared amplitude of l -> l' l' l'bar a through a photon and an LFV ALP.

In units of the mass of l. Written by FORM, not to be edited: ``make amplitudes`` regenerates it from
``amplitudes/form/lepton_line.frm``, where the notation stands.
"""
# source lepton_line.frm sha256 b0924f5772d371d32dfe4603deb32421bd7b1710d1a44a5cefdfea2d4ef6f5e2
# code sha256 10c7b846eff6494710fe4b9792ad4abb4c94a8ab7830cbf1c6d9b3970297ed35

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
    z1 = m + 2
    z2 = m * m
    z3 = z1 * z2
    z3 = z3 - 2
    z3 = z3 * m
    z3 = z3 - 1
    z4 = z3 * z2
    z5 = 2 * k1q
    z6 = z5 * z2
    z1 = z1 * m
    z1 = z1 + 1
    z7 = z1 * z6
    z4 = z4 + z7
    z8 = z2 - 2
    z8 = z8 * z2
    z8 = z8 + 1
    z9 = z1 * q2
    z10 = z9 - z8
    z11 = 2 * k1k2
    z12 = z10 * z11
    z13 = z2 * q2
    z14 = z1 * z13
    z12 = z12 + z14
    z15 = z1 * k3q
    z16 = z1 * k2q
    z17 = z15 - z16
    z18 = m + 1
    z18 = z18 * m
    z19 = z18 - 1
    z19 = z19 * m
    z19 = z19 - 1
    z20 = z19 * m
    z21 = z1 * k1q
    z20 = z20 + z21
    z22 = 2 * z20
    z23 = z22 - z17
    z23 = k2q * z23
    z23 = z23 - z12 - z4
    z23 = k1k3 * z23
    z17 = z22 + z17
    z17 = k3q * z17
    z4 = -z14 + z17 - z4
    z4 = k1k2 * z4
    z4 = z4 + z23
    z17 = 2 * K1
    z4 = z4 * z17
    z22 = z1 * z5
    z3 = z3 + z22
    z23 = k1k3 + k1k2
    z3 = -z3 * z23
    z24 = k2q + k3q
    z25 = -z21 * z24
    z26 = 3 * m
    z27 = z26 + 2
    z27 = z27 * m
    z27 = z27 - 4
    z27 = z27 * m
    z27 = z27 - 2
    z27 = z27 * m
    z27 = z27 + 1
    z28 = -z27 * z2
    z29 = 2 * m
    z30 = z29 + 3
    z30 = z30 * z2
    z30 = z30 - 1
    z30 = z30 * m
    z31 = z30 + z21
    z32 = -z31 * z5
    z3 = z4 + z14 + z28 + z32 + z25 + z3
    z3 = K1 * z3
    z3 = z3 - z20
    z4 = 2 * E
    z3 = z3 * z4
    z22 = -z9 + z22 + z27
    z25 = k3q * z22
    z27 = z8 * z2
    z14 = z25 + z27 - z14
    z14 = k1k2 * z14
    z22 = k2q * z22
    z12 = z22 + z27 - z12
    z12 = k1k3 * z12
    z22 = m * m * m
    z25 = z19 * z22
    z28 = z2 * k1q
    z32 = z1 * z28
    z25 = z25 + z32
    z32 = 2 * k3q
    z33 = z32 + q2
    z34 = z25 * z33
    z35 = 4 + z26
    z35 = m * z35
    z35 = -2 + z35
    z35 = m * z35
    z35 = -4 + z35
    z35 = m * z35
    z35 = -1 + z35
    z35 = z35 * z2
    z7 = z35 + z7
    z7 = k1q * z7
    z35 = z20 * z32
    z36 = z35 + z25
    z37 = 2 * k2q
    z36 = z36 * z37
    z18 = -2 + z18
    z18 = m * z18
    z18 = -2 + z18
    z18 = m * z18
    z18 = 1 + z18
    z18 = m * z18
    z18 = 1 + z18
    z18 = z18 * z22
    z7 = z12 + z14 + z36 + z18 + z7 + z34
    z7 = z7 * z17
    z9 = z9 + z8
    z9 = m * z9
    z10 = -z10 * z23
    z12 = z19 * z5
    z14 = z20 * z37
    z7 = z7 + z14 + z35 + z12 + z10 + z9
    z9 = D1 * K1
    z7 = z7 * z9
    z3 = z3 + z7
    z3 = D1 * z3
    z7 = z1 * z11
    z7 = z7 + z16 + 2 * z31 + z15
    z7 = k1k2 * z7
    z10 = z2 * z24
    z12 = z1 * z10
    z14 = z11 + z2
    z18 = z1 * z14
    z18 = -z16 + z18
    z18 = k1k3 * z18
    z7 = z18 + z7 + z12
    z7 = k1k3 * z7
    z18 = z1 * z2
    z15 = z18 - z15
    z15 = k1k2 * z15
    z15 = z15 + z12
    z15 = k1k2 * z15
    z7 = z15 + z7
    z7 = z7 * z17
    z15 = k1k2 * z1
    z15 = z15 + z21 + z16
    z15 = k1k2 * z15
    z16 = k1q + k3q + k1k3 + 4 * k1k2
    z16 = z16 * k1k3
    z18 = z1 * z16
    z7 = z7 + z18 + z15 - 2 * z25 - z12
    z7 = z7 * z17
    z1 = z1 * z23
    z1 = z7 - z30 + z1
    z7 = E * E
    z1 = z1 * z7
    z1 = z1 + z3
    z1 = 8 * z1
    z3 = m - 2
    z12 = z3 * z2
    z12 = z12 + 2
    z12 = z12 * m
    z12 = z12 - 1
    z15 = z12 * z2
    z3 = z3 * m
    z3 = z3 + 1
    z6 = z3 * z6
    z15 = z15 + z6
    z18 = z3 * q2
    z19 = z18 - z8
    z20 = z19 * z11
    z13 = z3 * z13
    z20 = z20 + z13
    z21 = z3 * k3q
    z25 = z3 * k2q
    z30 = z21 - z25
    z31 = m - 1
    z31 = z31 * m
    z34 = z31 - 1
    z34 = z34 * m
    z34 = z34 + 1
    z35 = z34 * m
    z36 = z3 * k1q
    z35 = z35 + z36
    z38 = 2 * z35
    z39 = z38 - z30
    z39 = k2q * z39
    z39 = z39 - z20 - z15
    z39 = k1k3 * z39
    z30 = z38 + z30
    z30 = k3q * z30
    z15 = -z13 + z30 - z15
    z15 = k1k2 * z15
    z15 = z15 + z39
    z15 = z15 * z17
    z30 = z3 * z5
    z12 = z12 + z30
    z12 = -z12 * z23
    z24 = -z36 * z24
    z38 = z26 - 2
    z38 = z38 * m
    z38 = z38 - 4
    z38 = z38 * m
    z38 = z38 + 2
    z38 = z38 * m
    z38 = z38 + 1
    z39 = -z38 * z2
    z29 = z29 - 3
    z29 = z29 * z2
    z29 = z29 + 1
    z29 = z29 * m
    z40 = z29 + z36
    z41 = -z40 * z5
    z12 = z15 + z13 + z39 + z41 + z24 + z12
    z12 = K1 * z12
    z12 = z12 - z35
    z4 = z12 * z4
    z12 = -z18 + z30 + z38
    z15 = k3q * z12
    z13 = z15 + z27 - z13
    z13 = k1k2 * z13
    z12 = k2q * z12
    z12 = z12 + z27 - z20
    z12 = k1k3 * z12
    z15 = z34 * z22
    z20 = z3 * z28
    z15 = z15 + z20
    z20 = z15 * z33
    z24 = -4 + z26
    z24 = m * z24
    z24 = -2 + z24
    z24 = m * z24
    z24 = 4 + z24
    z24 = m * z24
    z24 = -1 + z24
    z24 = z24 * z2
    z6 = z24 + z6
    z6 = k1q * z6
    z24 = z35 * z32
    z24 = z24 + z15
    z24 = z24 * z37
    z26 = -2 + z31
    z26 = m * z26
    z26 = 2 + z26
    z26 = m * z26
    z26 = 1 + z26
    z26 = m * z26
    z26 = -1 + z26
    z22 = z26 * z22
    z6 = z12 + z13 + z24 + z22 + z6 + z20
    z6 = z6 * z17
    z12 = z37 + z32
    z12 = z35 * z12
    z8 = -z18 - z8
    z8 = m * z8
    z13 = -z19 * z23
    z5 = -z34 * z5
    z5 = z6 + z5 + z12 + z13 + z8
    z5 = z5 * z9
    z4 = z4 + z5
    z4 = D1 * z4
    z5 = z3 * z11
    z5 = z5 + z25 + 2 * z40 + z21
    z5 = k1k2 * z5
    z6 = z3 * z10
    z8 = z3 * z14
    z8 = -z25 + z8
    z8 = k1k3 * z8
    z5 = z8 + z5 + z6
    z5 = k1k3 * z5
    z2 = z3 * z2
    z2 = z2 - z21
    z2 = k1k2 * z2
    z2 = z2 + z6
    z2 = k1k2 * z2
    z2 = z2 + z5
    z2 = z2 * z17
    z5 = k1k2 * z3
    z5 = z5 + z36 + z25
    z5 = k1k2 * z5
    z8 = z3 * z16
    z2 = z2 + z8 + z5 - 2 * z15 - z6
    z2 = z2 * z17
    z3 = z3 * z23
    z2 = z2 - z29 + z3
    z2 = z2 * z7
    z2 = z2 + z4
    z2 = 8 * z2
    return {
        "CA CA": {"S0": z1},
        "CV CV": {"S0": z2},
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
    z1 = m + 2
    z2 = z1 * m
    z2 = z2 + 1
    z3 = m * m
    z4 = z3 * k1q
    z5 = z2 * z4
    z6 = m + 1
    z6 = z6 * m
    z7 = z6 - 1
    z7 = z7 * m
    z7 = z7 - 1
    z8 = m * m * m
    z9 = z7 * z8
    z5 = z5 + z9
    z9 = 2 * z5
    z10 = 2 * k1q
    z11 = z2 * z10
    z12 = 3 * m
    z13 = z12 + 2
    z13 = z13 * m
    z13 = z13 - 4
    z13 = z13 * m
    z13 = z13 - 2
    z13 = z13 * m
    z13 = z13 + 1
    z14 = z2 * q2
    z15 = -z14 + z11 + z13
    z16 = k1k3 * z15
    z16 = z9 + z16
    z16 = k2q * z16
    z15 = k1k2 * z15
    z17 = z7 * m
    z18 = z2 * k1q
    z17 = z17 + z18
    z19 = 4 * k2q
    z20 = z17 * z19
    z15 = z20 + z9 + z15
    z15 = k3q * z15
    z20 = z10 * z3
    z21 = z2 * z20
    z22 = 4 + z12
    z22 = m * z22
    z22 = -2 + z22
    z22 = m * z22
    z22 = -4 + z22
    z22 = m * z22
    z22 = -1 + z22
    z22 = z22 * z3
    z22 = z22 + z21
    z22 = k1q * z22
    z5 = q2 * z5
    z23 = z3 * q2
    z24 = z2 * z23
    z25 = z3 - 2
    z25 = z25 * z3
    z25 = z25 + 1
    z26 = z25 * z3
    z27 = z26 - z24
    z27 = k1k3 * z27
    z28 = z14 - z25
    z29 = 2 * k1k3
    z30 = z28 * z29
    z30 = z30 + z24
    z31 = z26 - z30
    z31 = k1k2 * z31
    z6 = -2 + z6
    z6 = m * z6
    z6 = -2 + z6
    z6 = m * z6
    z6 = 1 + z6
    z6 = m * z6
    z6 = 1 + z6
    z6 = z6 * z8
    z5 = z15 + z16 + z31 + z27 + z5 + z6 + z22
    z6 = 2 * K1
    z5 = z5 * z6
    z15 = 2 * k2q
    z16 = 2 * k3q
    z22 = z15 + z16
    z27 = z17 * z22
    z14 = z14 + z25
    z14 = m * z14
    z31 = k1k2 + k1k3
    z28 = -z28 * z31
    z7 = z7 * z10
    z5 = z5 + z7 + z28 + z27 + z14
    z7 = K1 * D1 * D1
    z5 = z5 * z7
    z1 = z1 * z3
    z1 = z1 - 2
    z1 = z1 * m
    z1 = z1 - 1
    z14 = z1 * z3
    z14 = z14 + z21
    z21 = -z14 - z30
    z21 = k1k2 * z21
    z14 = -z24 - z14
    z14 = k1k3 * z14
    z27 = 2 * k1k2
    z28 = z17 * z27
    z30 = z2 * k1k2
    z32 = z2 * k1k3
    z33 = z30 + z32
    z34 = -k2q * z33
    z35 = k3q * z30
    z28 = z35 + z28 + z34
    z28 = k3q * z28
    z34 = z17 * z29
    z35 = k2q * z32
    z34 = z34 + z35
    z34 = k2q * z34
    z14 = z28 + z34 + z14 + z21
    z14 = z14 * z6
    z1 = z1 + z11
    z1 = -z1 * z31
    z11 = k3q + k2q
    z21 = -z18 * z11
    z13 = -z13 * z3
    z28 = 2 * m
    z34 = z28 + 3
    z34 = z34 * z3
    z34 = z34 - 1
    z34 = z34 * m
    z35 = z34 + z18
    z36 = -z35 * z10
    z1 = z14 + z24 + z13 + z36 + z21 + z1
    z1 = K1 * z1
    z1 = z1 - z17
    z13 = 2 * D1
    z1 = z1 * z13
    z14 = z2 * z3
    z2 = z2 * z29
    z2 = z14 + z2
    z2 = k1k2 * z2
    z17 = z32 + z35
    z17 = z17 * z29
    z2 = z17 + z2
    z2 = k1k2 * z2
    z17 = z14 - z32
    z21 = k1k3 * z17
    z24 = z14 + z32
    z24 = k1k2 * z24
    z21 = z21 + z24
    z21 = k2q * z21
    z24 = z3 * z32
    z35 = z30 - z14
    z36 = z32 - z35
    z36 = k1k2 * z36
    z24 = z24 + z36
    z24 = k3q * z24
    z36 = k1k3 * k1k3
    z14 = z36 * z14
    z2 = z24 + z21 + z14 + z2
    z2 = z2 * z6
    z14 = z30 + z18 + 4 * z32
    z14 = k1k2 * z14
    z18 = z18 + z32
    z18 = k1k3 * z18
    z21 = k2q * z35
    z17 = -k3q * z17
    z2 = z2 + z17 + z21 + z14 - z9 + z18
    z2 = z2 * z6
    z2 = z2 - z34 + z33
    z2 = E * z2
    z1 = z1 + z2
    z1 = E * z1
    z1 = z5 + z1
    z1 = 8 * z1
    z2 = z3 - 1
    z5 = z2 * z29
    z9 = z5 * k2q
    z14 = z2 * k1k2
    z17 = z16 * z14
    z18 = z9 - z17
    z21 = z2 * z10
    z24 = z2 * q2
    z30 = z25 + z24 + z21
    z32 = -k1k2 * z30
    z32 = z32 + z18
    z33 = D1 * K1
    z34 = z33 * z33
    z32 = z32 * z34
    z35 = z2 * z3
    z37 = z35 * k1k3
    z38 = z14 * k3q
    z38 = z37 + z38
    z39 = -z35 + 2 * z14
    z39 = k1k2 * z39
    z40 = k2q * z14
    z39 = z40 + z39 - z38
    z39 = z39 * z6
    z40 = z2 * k1k3
    z41 = z40 - z35
    z42 = z2 * k1q
    z39 = z39 + z14 + z42 - z41
    z39 = z39 * z33
    z43 = z40 + z35
    z44 = z43 - z14
    z45 = -k1k2 * z44
    z45 = -z37 + z45
    z45 = z45 * z6
    z45 = z45 - z41
    z46 = E * K1
    z45 = z45 * z46
    z39 = z39 + z45
    z39 = E * z39
    z32 = z32 + z39
    z32 = 32 * z32
    z30 = -k1k3 * z30
    z18 = z30 - z18
    z18 = z18 * z34
    z30 = z5 - z35
    z34 = k1k3 * z30
    z39 = k3q - k2q
    z39 = z40 * z39
    z45 = -k1k2 * z35
    z34 = z34 + z45 + z39
    z34 = z34 * z6
    z34 = z34 + z42 + z44
    z34 = z34 * z33
    z39 = k1k3 * z41
    z41 = -k1k2 * z43
    z39 = z39 + z41
    z39 = z39 * z6
    z39 = z39 + z35 - z14
    z39 = z39 * z46
    z34 = z34 + z39
    z34 = E * z34
    z18 = z18 + z34
    z18 = 32 * z18
    z34 = z2 * k2q
    z34 = -2 * z34 - z35 - z14
    z16 = z34 * z16
    z34 = -z23 - z20
    z2 = z2 * z34
    z15 = -z43 * z15
    z2 = z16 + z15 - z26 + z2
    z2 = K1 * z2
    z2 = z2 + z42 + z24
    z2 = z2 * z7
    z15 = -k1k2 * z30
    z9 = -z17 - z9 + z37 + z15
    z9 = z9 * z6
    z9 = z9 - z14 - z40 + 3 * z35 + z21
    z9 = z9 * z33
    z15 = K1 * k1k2
    z15 = -4 * z15 - 1
    z15 = z40 * z15
    z14 = -z14 + 2 * z35 + z15
    z14 = z14 * z46
    z9 = z9 + z14
    z9 = E * z9
    z2 = z2 + z9
    z2 = 32 * z2
    z5 = z5 + z35
    z5 = z5 * k1k2
    z9 = k2q * z40
    z9 = z9 + z5 + z38
    z9 = z9 * z6
    z9 = z9 - z35 - z42
    z9 = z9 * z7
    z5 = z37 + z5
    z5 = z5 * z6
    z5 = -z35 + z5
    z5 = E * z5 * z33
    z5 = z9 + z5
    z5 = 32 * z5
    z9 = m - 2
    z14 = z9 * m
    z14 = z14 + 1
    z4 = z14 * z4
    z15 = m - 1
    z15 = z15 * m
    z16 = z15 - 1
    z16 = z16 * m
    z16 = z16 + 1
    z17 = z16 * z8
    z4 = z4 + z17
    z17 = 2 * z4
    z21 = z14 * z10
    z24 = z12 - 2
    z24 = z24 * m
    z24 = z24 - 4
    z24 = z24 * m
    z24 = z24 + 2
    z24 = z24 * m
    z24 = z24 + 1
    z30 = z14 * q2
    z33 = -z30 + z21 + z24
    z34 = k1k3 * z33
    z34 = z17 + z34
    z34 = k2q * z34
    z33 = k1k2 * z33
    z35 = z16 * m
    z37 = z14 * k1q
    z35 = z35 + z37
    z19 = z35 * z19
    z19 = z19 + z17 + z33
    z19 = k3q * z19
    z20 = z14 * z20
    z12 = -4 + z12
    z12 = m * z12
    z12 = -2 + z12
    z12 = m * z12
    z12 = 4 + z12
    z12 = m * z12
    z12 = -1 + z12
    z12 = z12 * z3
    z12 = z12 + z20
    z12 = k1q * z12
    z4 = q2 * z4
    z23 = z14 * z23
    z33 = z26 - z23
    z33 = k1k3 * z33
    z38 = z30 - z25
    z39 = z38 * z29
    z39 = z39 + z23
    z26 = z26 - z39
    z26 = k1k2 * z26
    z15 = -2 + z15
    z15 = m * z15
    z15 = 2 + z15
    z15 = m * z15
    z15 = 1 + z15
    z15 = m * z15
    z15 = -1 + z15
    z8 = z15 * z8
    z4 = z19 + z34 + z26 + z33 + z4 + z8 + z12
    z4 = z4 * z6
    z8 = z35 * z22
    z12 = -z30 - z25
    z12 = m * z12
    z15 = -z38 * z31
    z16 = -z16 * z10
    z4 = z4 + z16 + z15 + z8 + z12
    z4 = z4 * z7
    z7 = z9 * z3
    z7 = z7 + 2
    z7 = z7 * m
    z7 = z7 - 1
    z8 = z7 * z3
    z8 = z8 + z20
    z9 = -z39 - z8
    z9 = k1k2 * z9
    z8 = -z23 - z8
    z8 = k1k3 * z8
    z12 = z35 * z27
    z15 = z14 * k1k2
    z16 = z14 * k1k3
    z19 = z15 + z16
    z20 = -k2q * z19
    z22 = k3q * z15
    z12 = z22 + z12 + z20
    z12 = k3q * z12
    z20 = z35 * z29
    z22 = k2q * z16
    z20 = z20 + z22
    z20 = k2q * z20
    z8 = z12 + z20 + z8 + z9
    z8 = z8 * z6
    z7 = z7 + z21
    z7 = -z7 * z31
    z9 = -z37 * z11
    z11 = -z24 * z3
    z12 = z28 - 3
    z12 = z12 * z3
    z12 = z12 + 1
    z12 = z12 * m
    z20 = z12 + z37
    z10 = -z20 * z10
    z7 = z8 + z23 + z11 + z10 + z9 + z7
    z7 = K1 * z7
    z7 = z7 - z35
    z7 = z7 * z13
    z8 = z14 * z3
    z9 = z14 * z29
    z9 = z8 + z9
    z9 = k1k2 * z9
    z10 = z16 + z20
    z10 = z10 * z29
    z9 = z10 + z9
    z9 = k1k2 * z9
    z10 = z8 - z16
    z11 = k1k3 * z10
    z13 = z8 + z16
    z13 = k1k2 * z13
    z11 = z11 + z13
    z11 = k2q * z11
    z3 = z3 * z16
    z13 = z15 - z8
    z14 = z16 - z13
    z14 = k1k2 * z14
    z3 = z3 + z14
    z3 = k3q * z3
    z8 = z36 * z8
    z3 = z3 + z11 + z8 + z9
    z3 = z3 * z6
    z8 = z15 + z37 + 4 * z16
    z8 = k1k2 * z8
    z9 = z37 + z16
    z9 = k1k3 * z9
    z11 = k2q * z13
    z10 = -k3q * z10
    z3 = z3 + z10 + z11 + z8 - z17 + z9
    z3 = z3 * z6
    z3 = z3 - z12 + z19
    z3 = E * z3
    z3 = z7 + z3
    z3 = E * z3
    z3 = z4 + z3
    z3 = 8 * z3
    return {
        "CA CA": {"S0": z1},
        "CV CA": {"c1": z2, "c2": z18, "c3": z32, "cq": z5},
        "CV CV": {"S0": z3},
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
    z1 = m + 2
    z2 = z1 * m
    z3 = z2 + 1
    z4 = 2 * k1k2
    z5 = z3 * z4
    z6 = m * m
    z7 = z3 * z6
    z8 = z5 - z7
    z8 = z8 * q2
    z9 = z6 - 2
    z9 = z9 * z6
    z9 = z9 + 1
    z10 = z9 * z6
    z11 = z9 * z4
    z10 = z10 - z11
    z12 = 2 * m
    z13 = z12 + 3
    z13 = z13 * z6
    z13 = z13 - 1
    z14 = z13 * m
    z15 = z3 * k1k2
    z16 = z14 + z15
    z17 = 2 * k3q
    z18 = z16 * z17
    z8 = z8 + z18 + z10
    z18 = 2 * k1q
    z19 = z18 * z7
    z20 = m + 1
    z20 = z20 * m
    z20 = z20 - 1
    z20 = z20 * m
    z20 = z20 - 1
    z21 = z20 * z12
    z22 = z3 * k1q
    z23 = z21 + z22
    z24 = z15 + z23
    z25 = z3 * k2q
    z26 = -z25 - z24
    z27 = 2 * k2q
    z26 = z26 * z27
    z20 = z20 * m
    z28 = z20 - z25
    z29 = 2 * k1k3
    z28 = z28 * z29
    z19 = z28 + z26 + z19 + z8
    z19 = K1 * z19
    z26 = k1k2 * k1k2
    z28 = z26 * z3
    z30 = z7 * k3q
    z31 = m * m * m
    z32 = z3 * z31
    z28 = -z32 + z28 + z30
    z28 = z28 * z17
    z1 = z1 * z6
    z1 = z1 - 2
    z1 = z1 * m
    z1 = z1 - 1
    z1 = z1 * z6
    z30 = z21 * k1k2
    z1 = z1 - z30
    z1 = z1 * k1k2
    z33 = z6 * k1k2
    z34 = z3 * z33
    z35 = m * m * m * m
    z36 = z3 * z35
    z37 = z34 + z36
    z37 = z37 * q2
    z38 = z9 * z35
    z1 = z1 + z28 + z37 - z38
    z28 = 2 * z6
    z37 = z28 * z3
    z39 = z37 - z15
    z39 = z39 * k3q
    z40 = -z36 + z39 + z34
    z41 = z40 * z18
    z42 = z15 * k3q
    z43 = z20 * k1k2
    z42 = z42 - z43
    z43 = z7 * k1q
    z44 = -z43 + z42
    z44 = z44 * z27
    z41 = z44 + z41 + z1
    z44 = 2 * K1
    z41 = z41 * z44
    z45 = z7 + z15
    z45 = z45 * z17
    z46 = z7 * q2
    z45 = z10 + z45 - z46
    z16 = z25 + z16 + z22
    z46 = z18 * z16
    z47 = z20 + z22
    z48 = 2 * k2k3
    z47 = z47 * z48
    z41 = z47 + z41 + z46 + z45
    z41 = K2 * z41
    z19 = z41 + z19 - z25 + z23
    z19 = D1 * z19
    z23 = -z43 + z40
    z23 = z23 * z27
    z40 = z42 * z18
    z1 = z23 + z40 + z1
    z1 = z1 * z44
    z23 = -z24 * z18
    z24 = z7 - z22
    z24 = z24 * z27
    z40 = z20 - z22
    z40 = z40 * z48
    z1 = z40 + z1 + z24 + z23 + z8
    z1 = K2 * z1
    z8 = z16 * z27
    z16 = z20 + z25
    z16 = z16 * z29
    z8 = z16 + z8 + z45
    z8 = K1 * z8
    z1 = z1 + z8 + z21 + z25 - z22
    z1 = D2 * z1
    z8 = z27 + z18
    z16 = -z36 * z8
    z23 = m * m * m * m * m
    z24 = z3 * z23
    z25 = -z26 * z14
    z36 = -z4 * z39
    z16 = z36 + z24 + z25 + z16
    z16 = z16 * z44
    z24 = z7 - z15
    z24 = z24 * z8
    z20 = z20 + z15
    z20 = z20 * z4
    z20 = z32 + z20 - z24
    z5 = z5 - z14
    z14 = -k2k3 * z5
    z14 = z14 + z16 - z20
    z14 = K2 * z14
    z16 = -k1k3 * z5
    z16 = z16 - z20
    z16 = K1 * z16
    z5 = z14 + z16 - z5
    z14 = 2 * E
    z5 = z5 * z14
    z1 = z5 + z19 + z1
    z1 = E * z1
    z5 = m - 2
    z16 = z5 * m
    z19 = -4 + z16
    z19 = m * z19
    z19 = 2 + z19
    z19 = m * z19
    z19 = 3 + z19
    z19 = z19 * z6
    z20 = z3 * k3q
    z24 = -z4 * z20
    z22 = -z12 * z22
    z19 = z22 + z24 + z19 + z30
    z19 = k3q * z19
    z13 = z13 * z31
    z15 = -z37 - z15
    z15 = k3q * z15
    z13 = z15 + z13 + z34
    z13 = q2 * z13
    z9 = z9 * m
    z15 = z9 * k1k2
    z7 = -z7 + z20
    z7 = z7 * z18
    z22 = -m * z20
    z7 = z22 + z7
    z7 = z7 * z27
    z7 = z7 + z13 - z38 + z15 + z19
    z7 = z7 * z44
    z13 = 3 * m
    z19 = z13 + 4
    z19 = z19 * m
    z19 = z19 - 1
    z19 = z19 * m
    z19 = z19 - 2
    z22 = q2 * m
    z19 = z19 * z22
    z19 = z19 + z9 + z11
    z20 = z21 - z20
    z3 = z3 * q2
    z20 = z3 + 2 * z20
    z24 = -k1q * z20
    z25 = -k2q * z21
    z7 = z7 + z25 + z24 - z19
    z7 = K2 * z7
    z21 = -k1q * z21
    z20 = -k2q * z20
    z19 = z20 + z21 - z19
    z19 = K1 * z19
    z3 = z7 - z3 + z19
    z7 = D2 * D1
    z3 = z3 * z7
    z1 = z3 + z1
    z1 = 4 * z1
    z3 = z16 + 1
    z16 = z3 * z4
    z19 = z3 * z6
    z20 = z16 - z19
    z20 = z20 * q2
    z21 = z12 - 3
    z21 = z21 * z6
    z21 = z21 + 1
    z24 = z21 * m
    z25 = z3 * k1k2
    z30 = z24 + z25
    z32 = z30 * z17
    z20 = z20 + z32 + z10
    z32 = z18 * z19
    z34 = m - 1
    z34 = z34 * m
    z34 = z34 - 1
    z34 = z34 * m
    z34 = z34 + 1
    z36 = z34 * z12
    z37 = z3 * k1q
    z39 = z36 + z37
    z40 = z25 + z39
    z41 = z3 * k2q
    z42 = -z41 - z40
    z42 = z42 * z27
    z34 = z34 * m
    z43 = z34 - z41
    z43 = z43 * z29
    z32 = z43 + z42 + z32 + z20
    z32 = K1 * z32
    z42 = z26 * z3
    z43 = z19 * k3q
    z45 = z3 * z31
    z42 = z45 + z42 + z43
    z42 = z42 * z17
    z5 = z5 * z6
    z5 = z5 + 2
    z5 = z5 * m
    z5 = z5 - 1
    z5 = z5 * z6
    z43 = z36 * k1k2
    z5 = z5 - z43
    z5 = z5 * k1k2
    z33 = z3 * z33
    z35 = z3 * z35
    z46 = z33 + z35
    z46 = z46 * q2
    z5 = z5 + z42 + z46 - z38
    z28 = z28 * z3
    z42 = z28 - z25
    z42 = z42 * k3q
    z46 = -z35 + z42 + z33
    z47 = z46 * z18
    z49 = z25 * k3q
    z50 = z34 * k1k2
    z49 = z49 - z50
    z50 = z19 * k1q
    z51 = -z50 + z49
    z51 = z51 * z27
    z47 = z51 + z47 + z5
    z47 = z47 * z44
    z51 = z19 + z25
    z17 = z51 * z17
    z51 = z19 * q2
    z10 = z17 - z51 + z10
    z17 = z41 + z30 + z37
    z30 = z18 * z17
    z51 = z34 + z37
    z51 = z51 * z48
    z30 = z51 + z47 + z30 + z10
    z30 = K2 * z30
    z30 = z30 + z32 - z41 + z39
    z30 = D1 * z30
    z32 = -z50 + z46
    z32 = z32 * z27
    z39 = z49 * z18
    z5 = z32 + z39 + z5
    z5 = z5 * z44
    z32 = -z40 * z18
    z39 = z19 - z37
    z39 = z39 * z27
    z40 = z34 - z37
    z40 = z40 * z48
    z5 = z40 + z5 + z39 + z32 + z20
    z5 = K2 * z5
    z17 = z17 * z27
    z20 = z34 + z41
    z20 = z20 * z29
    z10 = z20 + z17 + z10
    z10 = K1 * z10
    z5 = z5 + z10 + z36 + z41 - z37
    z5 = D2 * z5
    z10 = -z35 * z8
    z17 = -z3 * z23
    z20 = -z26 * z24
    z23 = -z4 * z42
    z10 = z23 + z17 + z20 + z10
    z10 = z10 * z44
    z17 = z19 - z25
    z8 = z17 * z8
    z17 = z34 + z25
    z4 = z17 * z4
    z4 = -z45 + z4 - z8
    z8 = z16 - z24
    z17 = -k2k3 * z8
    z10 = z17 + z10 - z4
    z10 = K2 * z10
    z17 = -k1k3 * z8
    z4 = z17 - z4
    z4 = K1 * z4
    z4 = z10 + z4 - z8
    z4 = z4 * z14
    z4 = z4 + z30 + z5
    z4 = E * z4
    z2 = -4 + z2
    z2 = m * z2
    z2 = -2 + z2
    z2 = m * z2
    z2 = 3 + z2
    z2 = z2 * z6
    z5 = -k3q * z16
    z6 = z12 * z37
    z2 = z6 + z5 + z2 + z43
    z2 = k3q * z2
    z5 = z21 * z31
    z6 = -z28 - z25
    z6 = k3q * z6
    z5 = z6 + z5 + z33
    z5 = q2 * z5
    z6 = z3 * k3q
    z8 = -z19 + z6
    z8 = z8 * z18
    z10 = m * z6
    z8 = z10 + z8
    z8 = z8 * z27
    z2 = z8 + z5 - z38 - z15 + z2
    z2 = z2 * z44
    z5 = z13 - 4
    z5 = z5 * m
    z5 = z5 - 1
    z5 = z5 * m
    z5 = z5 + 2
    z5 = z5 * z22
    z5 = z5 - z9 + z11
    z6 = z6 - z36
    z3 = z3 * q2
    z6 = -z3 + 2 * z6
    z8 = k1q * z6
    z9 = -k2q * z36
    z2 = z2 + z9 + z8 - z5
    z2 = K2 * z2
    z8 = -k1q * z36
    z6 = k2q * z6
    z5 = z6 + z8 - z5
    z5 = K1 * z5
    z2 = z2 - z3 + z5
    z2 = z2 * z7
    z2 = z2 + z4
    z2 = 4 * z2
    return {
        "CA CA": {"S0": z1},
        "CV CV": {"S0": z2},
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
    z1 = m + 2
    z2 = m * m
    z3 = z1 * z2
    z3 = z3 - 2
    z3 = z3 * m
    z3 = z3 - 1
    z3 = z3 * z2
    z4 = m + 1
    z4 = z4 * m
    z4 = z4 - 1
    z4 = z4 * m
    z4 = z4 - 1
    z5 = z4 * m
    z6 = 2 * k1k2
    z7 = z5 * z6
    z3 = z3 - z7
    z3 = z3 * k1k2
    z8 = k1k2 * k1k2
    z9 = z2 * k3q
    z10 = z8 + z9
    z1 = z1 * m
    z11 = z1 + 1
    z12 = z10 * z11
    z13 = m * m * m
    z14 = z11 * z13
    z12 = z12 - z14
    z15 = 2 * k3q
    z12 = z12 * z15
    z16 = z2 * k1k2
    z17 = z11 * z16
    z18 = m * m * m * m
    z19 = z11 * z18
    z20 = z17 + z19
    z20 = z20 * q2
    z21 = z2 - 2
    z21 = z21 * z2
    z21 = z21 + 1
    z22 = z21 * z18
    z3 = z3 + z12 + z20 - z22
    z12 = 2 * z2
    z20 = z11 * z12
    z23 = z11 * k1k2
    z24 = z20 - z23
    z24 = z24 * k3q
    z25 = -z19 + z24 + z17
    z26 = 2 * k1q
    z27 = z25 * z26
    z28 = z23 * k3q
    z29 = z5 * k1k2
    z28 = z28 - z29
    z29 = z11 * z2
    z30 = z29 * k1q
    z31 = -z30 + z28
    z32 = 2 * k2q
    z31 = z31 * z32
    z27 = z31 + z27 + z3
    z31 = 2 * K2
    z27 = z27 * z31
    z33 = z11 * z6
    z34 = z33 - z29
    z34 = z34 * q2
    z35 = z21 * z2
    z36 = z21 * z6
    z37 = z35 - z36
    z38 = 2 * m
    z39 = z38 + 3
    z39 = z39 * z2
    z39 = z39 - 1
    z40 = z39 * m
    z41 = z40 + z23
    z42 = z41 * z15
    z34 = z34 + z42 + z37
    z42 = z26 * z29
    z4 = z4 * z38
    z43 = z11 * k1q
    z44 = z4 + z43
    z45 = z44 + z23
    z46 = z11 * k2q
    z47 = -z46 - z45
    z47 = z47 * z32
    z48 = z5 - z46
    z49 = 2 * k1k3
    z48 = z48 * z49
    z27 = z48 + z27 + z47 + z42 + z34
    z27 = K1 * z27
    z42 = z29 + z23
    z42 = z42 * z15
    z47 = z29 * q2
    z42 = z37 + z42 - z47
    z41 = z46 + z41 + z43
    z47 = z26 * z41
    z48 = z5 + z43
    z50 = 2 * k2k3
    z48 = z48 * z50
    z47 = z48 + z47 + z42
    z47 = K2 * z47
    z27 = z27 + z47 - z46 + z44
    z27 = D1 * z27
    z44 = -z45 * z26
    z45 = z29 - z43
    z45 = z45 * z32
    z47 = z5 - z43
    z47 = z47 * z50
    z34 = z47 + z45 + z44 + z34
    z34 = K2 * z34
    z25 = -z30 + z25
    z25 = z25 * z32
    z28 = z28 * z26
    z3 = z25 + z28 + z3
    z3 = z3 * z31
    z25 = z41 * z32
    z28 = z5 + z46
    z28 = z28 * z49
    z3 = z28 + z3 + z25 + z42
    z3 = K1 * z3
    z3 = z3 + z34 + z46 + z4 - z43
    z3 = D2 * z3
    z25 = z32 + z26
    z19 = -z19 * z25
    z28 = m * m * m * m * m
    z30 = z11 * z28
    z34 = -z8 * z40
    z24 = -z6 * z24
    z19 = z24 + z30 + z34 + z19
    z19 = z19 * z31
    z24 = z29 - z23
    z24 = z24 * z25
    z5 = z5 + z23
    z5 = z5 * z6
    z5 = z14 + z5 - z24
    z14 = z40 - z33
    z24 = k1k3 * z14
    z19 = z24 + z19 - z5
    z19 = K1 * z19
    z24 = k2k3 * z14
    z5 = z24 - z5
    z5 = K2 * z5
    z5 = z19 + z5 + z14
    z14 = 2 * E
    z5 = z5 * z14
    z3 = z5 + z27 + z3
    z3 = E * z3
    z5 = m - 2
    z19 = z5 * m
    z24 = -4 + z19
    z24 = m * z24
    z24 = 2 + z24
    z24 = m * z24
    z24 = 3 + z24
    z24 = z24 * z2
    z27 = -k3q * z33
    z30 = -z38 * z43
    z7 = z30 + z27 + z24 + z7
    z7 = k3q * z7
    z24 = z39 * z13
    z20 = -z20 - z23
    z20 = k3q * z20
    z17 = z20 + z24 + z17
    z17 = q2 * z17
    z20 = z21 * m
    z21 = z20 * k1k2
    z23 = z11 * k3q
    z24 = -z29 + z23
    z24 = z24 * z26
    z27 = -m * z23
    z24 = z27 + z24
    z24 = z24 * z32
    z7 = z24 + z17 - z22 + z21 + z7
    z7 = z7 * z31
    z17 = 3 * m
    z24 = z17 + 4
    z24 = z24 * m
    z24 = z24 - 1
    z24 = z24 * m
    z24 = z24 - 2
    z27 = q2 * m
    z24 = z24 * z27
    z24 = z24 + z20 + z36
    z29 = -k1q * z4
    z23 = z23 - z4
    z11 = z11 * q2
    z23 = -z11 + 2 * z23
    z30 = k2q * z23
    z7 = z7 + z30 + z29 - z24
    z7 = K1 * z7
    z23 = k1q * z23
    z4 = -k2q * z4
    z4 = z4 + z23 - z24
    z4 = K2 * z4
    z4 = z7 - z11 + z4
    z7 = D2 * D1
    z4 = z4 * z7
    z3 = z4 + z3
    z3 = 4 * z3
    z4 = z2 - 1
    z11 = z4 * z6
    z23 = z4 * z2
    z24 = 3 * z23 - z11
    z24 = k1k2 * z24
    z9 = z9 * z4
    z29 = z4 * z18
    z30 = z4 * k1k2
    z33 = z30 - z23
    z34 = -k1q * z33
    z24 = z34 - z9 - z29 + z24
    z24 = z24 * z31
    z11 = z11 - z23
    z24 = z24 - z11
    z24 = K1 * z24
    z11 = z11 * K2
    z24 = -z11 + z24
    z24 = D2 * z24
    z34 = z12 * z4
    z39 = z34 - z30
    z40 = z39 * z6
    z41 = -k2q * z33
    z40 = z41 + z40 - z9
    z40 = D1 * z40 * z31
    z41 = E * K2 * k1k2 * z39
    z40 = 4 * z41 + z40
    z40 = K1 * z40
    z24 = z24 + z40
    z24 = E * z24
    z40 = z32 + z15
    z40 = z33 * z40
    z41 = z4 * k1q
    z42 = z6 * z41
    z43 = q2 * z30
    z40 = z42 + z43 - z37 + z40
    z40 = K2 * z40
    z42 = z4 * k2q
    z40 = -z42 + z40
    z40 = K1 * z40
    z43 = K2 * z41
    z40 = z43 + z40
    z40 = z40 * z7
    z24 = z40 + z24
    z24 = 16 * z24
    z40 = z16 * z4
    z43 = z40 - z29
    z39 = z39 * k3q
    z44 = k1q * z23
    z44 = z44 - z39 - z43
    z44 = z44 * z31
    z45 = z42 + z23
    z44 = z44 - z45
    z44 = K1 * z44
    z46 = z41 - z23
    z46 = z46 * K2
    z44 = z46 + z44
    z44 = D2 * z44
    z47 = z29 * z31
    z47 = z47 + z33
    z47 = z47 * K1
    z48 = z33 * K2
    z47 = z47 + z48
    z47 = z47 * z14
    z48 = 2 * z29
    z51 = z48 - z9
    z51 = z51 * z31
    z52 = 2 * z33
    z53 = z52 + z42
    z51 = z51 + z53
    z51 = K1 * z51
    z52 = z52 - z41
    z52 = z52 * K2
    z51 = z52 + z51
    z51 = D1 * z51
    z44 = z47 + z51 + z44
    z44 = z44 * z14
    z51 = q2 * z23
    z54 = z4 * k3q
    z34 = z34 - z54
    z34 = z34 * z26
    z34 = z34 + z35 + z51
    z34 = z34 * z31
    z51 = q2 - z32
    z51 = z4 * z51
    z34 = z34 + z51
    z34 = K1 * z34
    z4 = z4 * K2
    z51 = z26 * z4
    z34 = z51 + z34
    z34 = z34 * z7
    z34 = z34 + z44
    z34 = 8 * z34
    z44 = z23 * k2q
    z39 = z44 + z48 - z39
    z39 = z39 * z31
    z39 = z39 + z53
    z39 = K1 * z39
    z39 = z52 + z39
    z39 = D1 * z39
    z43 = -z9 - z43
    z43 = z43 * z31
    z43 = z43 - z45
    z43 = K1 * z43
    z43 = z46 + z43
    z43 = D2 * z43
    z39 = z47 + z39 + z43
    z39 = z39 * z14
    z43 = z26 + q2
    z45 = z23 * z43
    z23 = z23 - z54
    z23 = z23 * z32
    z23 = z23 + z35 + z45
    z23 = K2 * z23
    z23 = -z42 + z23
    z23 = K1 * z23
    z4 = z43 * z4
    z4 = z4 + 2 * z23
    z4 = z4 * z7
    z4 = z4 + z39
    z4 = 8 * z4
    z23 = z40 + z29
    z9 = -z44 + z9 - z23
    z9 = z9 * z31
    z9 = z9 - z42 - z33
    z9 = K1 * z9
    z29 = z41 - z33
    z29 = K2 * z29
    z9 = z29 + z9
    z9 = z9 * z7
    z23 = -z23 * z31
    z23 = z23 - z33
    z23 = K1 * z23
    z11 = -z11 + z23
    z11 = D2 * z11
    z23 = D1 * K2 * z30
    z11 = z23 + z11
    z11 = E * z11
    z9 = z9 + z11
    z9 = 16 * z9
    z5 = z5 * z2
    z5 = z5 + 2
    z5 = z5 * m
    z5 = z5 - 1
    z5 = z5 * z2
    z11 = m - 1
    z11 = z11 * m
    z11 = z11 - 1
    z11 = z11 * m
    z11 = z11 + 1
    z23 = z11 * m
    z29 = z23 * z6
    z5 = z5 - z29
    z5 = z5 * k1k2
    z19 = z19 + 1
    z10 = z10 * z19
    z30 = z19 * z13
    z10 = z10 + z30
    z10 = z10 * z15
    z16 = z19 * z16
    z18 = z19 * z18
    z33 = z16 + z18
    z33 = z33 * q2
    z5 = z5 + z10 + z33 - z22
    z10 = z19 * z12
    z12 = z19 * k1k2
    z33 = z10 - z12
    z33 = z33 * k3q
    z35 = -z18 + z33 + z16
    z39 = z35 * z26
    z40 = z12 * k3q
    z41 = z23 * k1k2
    z40 = z40 - z41
    z41 = z19 * z2
    z42 = z41 * k1q
    z43 = -z42 + z40
    z43 = z43 * z32
    z39 = z43 + z39 + z5
    z39 = z39 * z31
    z43 = z19 * z6
    z44 = z43 - z41
    z44 = z44 * q2
    z45 = z38 - 3
    z45 = z45 * z2
    z45 = z45 + 1
    z46 = z45 * m
    z47 = z46 + z12
    z48 = z47 * z15
    z44 = z44 + z48 + z37
    z48 = z26 * z41
    z11 = z11 * z38
    z51 = z19 * k1q
    z52 = z11 + z51
    z53 = z12 + z52
    z54 = z19 * k2q
    z55 = -z54 - z53
    z55 = z55 * z32
    z56 = z23 - z54
    z56 = z56 * z49
    z39 = z56 + z39 + z55 + z48 + z44
    z39 = K1 * z39
    z48 = z41 + z12
    z15 = z48 * z15
    z48 = z41 * q2
    z15 = z37 + z15 - z48
    z37 = z54 + z47 + z51
    z47 = z26 * z37
    z48 = z23 + z51
    z48 = z48 * z50
    z47 = z48 + z47 + z15
    z47 = K2 * z47
    z39 = z39 + z47 - z54 + z52
    z39 = D1 * z39
    z47 = -z53 * z26
    z48 = z41 - z51
    z48 = z48 * z32
    z52 = z23 - z51
    z50 = z52 * z50
    z44 = z50 + z48 + z47 + z44
    z44 = K2 * z44
    z35 = -z42 + z35
    z35 = z35 * z32
    z40 = z40 * z26
    z5 = z35 + z40 + z5
    z5 = z5 * z31
    z35 = z37 * z32
    z37 = z23 + z54
    z37 = z37 * z49
    z5 = z37 + z5 + z35 + z15
    z5 = K1 * z5
    z5 = z5 + z44 + z11 + z54 - z51
    z5 = D2 * z5
    z15 = -z18 * z25
    z18 = -z19 * z28
    z8 = -z8 * z46
    z28 = -z6 * z33
    z8 = z28 + z18 + z8 + z15
    z8 = z8 * z31
    z15 = z41 - z12
    z15 = z15 * z25
    z18 = z23 + z12
    z6 = z18 * z6
    z6 = -z30 + z6 - z15
    z15 = z43 - z46
    z18 = -k1k3 * z15
    z8 = z18 + z8 - z6
    z8 = K1 * z8
    z18 = -k2k3 * z15
    z6 = z18 - z6
    z6 = K2 * z6
    z6 = z8 + z6 - z15
    z6 = z6 * z14
    z5 = z6 + z39 + z5
    z5 = E * z5
    z1 = -4 + z1
    z1 = m * z1
    z1 = -2 + z1
    z1 = m * z1
    z1 = 3 + z1
    z1 = z1 * z2
    z2 = -k3q * z43
    z6 = z38 * z51
    z1 = z6 + z2 + z1 + z29
    z1 = k3q * z1
    z2 = z45 * z13
    z6 = -z10 - z12
    z6 = k3q * z6
    z2 = z6 + z2 + z16
    z2 = q2 * z2
    z6 = z19 * k3q
    z8 = -z41 + z6
    z8 = z8 * z26
    z10 = m * z6
    z8 = z10 + z8
    z8 = z8 * z32
    z1 = z8 + z2 - z22 - z21 + z1
    z1 = z1 * z31
    z2 = z17 - 4
    z2 = z2 * m
    z2 = z2 - 1
    z2 = z2 * m
    z2 = z2 + 2
    z2 = z2 * z27
    z2 = z2 - z20 + z36
    z8 = -k1q * z11
    z6 = z6 - z11
    z10 = z19 * q2
    z6 = -z10 + 2 * z6
    z12 = k2q * z6
    z1 = z1 + z12 + z8 - z2
    z1 = K1 * z1
    z6 = k1q * z6
    z8 = -k2q * z11
    z2 = z8 + z6 - z2
    z2 = K2 * z2
    z1 = z1 - z10 + z2
    z1 = z1 * z7
    z1 = z1 + z5
    z1 = 4 * z1
    return {
        "CA CA": {"S0": z3},
        "CV CA": {"c1": z4, "c2": z34, "c3": z24, "cq": z9},
        "CV CV": {"S0": z1},
    }
