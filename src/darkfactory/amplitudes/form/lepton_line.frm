* The lepton line of charged-lepton decay, squared: heavy vertex x emission x spin of the decaying lepton.
*
*   form -d HEAVY=nu|alp -d EMIT=none|photon|vector|spin0|pair -d SPIN=0|1 -d PART=square|direct|interference lepton_line.frm
*
* writes the straight-line code of one squared amplitude to pieces.txt; `make amplitudes` calls it for every process and
* turns the result into Python. Chapter and notation: one open line, lepton of mass M = 1 (all is in units of its mass) and
* momentum P in, lepton of mass m and momentum k out,
*
*   L = ubar(k) [ Ve (k+r+m) H E + H (k+q+1) Vm D + contact ] u(P),  E = 1/((k+r)^2-m^2),  D = 1/((k+q)^2-1),
*
* with r the momentum of the emission, q that of the heavy system, P = k + r + q.
*
*   HEAVY=nu   H = gamma^al PL, contracted with q_al q_al1 - q^2 d_(al,al1): the neutrino pair, integrated
*   HEAVY=alp  H = fV CV - fA CA gamma5, with fV = 1 - m, fA = 1 + m put in: the derivative coupling of an LFV ALP at
*              2 f_a = 1 (exact for photon emission)
*   EMIT=none    no emission
*   EMIT=photon  V = gamma^be, sum over polarisations -g
*   EMIT=vector  V = gamma^be (Ll PL + Rl PR) for l = e, m; sum -g only, the longitudinal part is a case of spin0
*   EMIT=spin0   V = Sl + i Pl gamma5 for l = e, m, and the contact amplitude i C H (derivative ALP, longitudinal vector)
*   EMIT=pair    photon to k2, k3 with 1/r^2 = K1: direct is |amplitude(k1;k2,k3)|^2; interference is the product with
*                amplitude(k2;k1,k3) (D2, K2); |M|^2 = direct + direct(1<->2) - 2 interference
*
* Brackets: S0 is the spin average; the polarisation vector is S = sum over v of c_v times vec(v), and ct times
* vec(k) x vec(r) (T-odd). Conventions: P.P = 1, s.P = 0, s.v = -vec(s).vec(v); e_(s,P,k,r) = -i vec(s).(vec(k) x vec(r)).
* A single e_ without i_ is imaginary and drops out of the real part, as does a single i_ without e_.
#-
Off statistics;
Symbols m, q2, r2, D, E, D1, D2, K1, K2, CV, CA, Le, Re, Lm, Rm, Se, Pe, Sm, Pm, C;
Symbols kr, kq, rq, k1k2, k1k3, k2k3, k1q, k2q, k3q;
Symbols S0, ck, cr, cq, ct, c1, c2, c3;
Vectors P, k, r, q, s, k1, k2, k3, r1, r2v, v;
Indices al, be, al1, be1;
Functions line, bar, H, Hbar, Ve, Vm, Vebar, Vmbar, muon, spin, electron;

#if `EMIT' == none
  Local SQUARE = electron(k)*H(al)*muon(k,r)*Hbar(al1);
#elseif `EMIT' == pair
  #if `PART' == direct
    Local SQUARE = electron(k1)*line(k1,r1,al,be,D1)*muon(k1,r1)*bar(k1,r1,al1,be1,D1)
      *(g_(2,k2)+m*gi_(2))*g_(2,be)*(g_(2,k3)-m*gi_(2))*g_(2,be1)*K1^2;
  #else
    Local SQUARE = electron(k1)*line(k1,r1,al,be,D1)*muon(k1,r1)*bar(k2,r2v,al1,be1,D2)
      *(g_(1,k2)+m*gi_(1))*g_(1,be)*(g_(1,k3)-m*gi_(1))*g_(1,be1)*K1*K2;
  #endif
#else
  Local SQUARE = electron(k)*line(k,r,al,be,D)*muon(k,r)*bar(k,r,al1,be1,D);
#endif

* the line
id line(k?,r?,al?,be?,D?) = H(al)*(g_(1,k)+g_(1,q)+gi_(1))*Vm(be)*D + Ve(be)*(g_(1,k)+g_(1,r)+m*gi_(1))*H(al)*E
#if `EMIT' == spin0
  + i_*C*H(al)
#endif
  ;
id bar(k?,r?,al?,be?,D?) = Vmbar(be)*(g_(1,k)+g_(1,q)+gi_(1))*Hbar(al)*D + Hbar(al)*(g_(1,k)+g_(1,r)+m*gi_(1))*Vebar(be)*E
#if `EMIT' == spin0
  - i_*C*Hbar(al)
#endif
  ;

* external leptons
id electron(k?) = g_(1,k) + m*gi_(1);
#if `EMIT' == none
  id muon(k?,r?) = (g_(1,k)+g_(1,q)+gi_(1))*spin;
#else
  id muon(k?,r?) = (g_(1,k)+g_(1,r)+g_(1,q)+gi_(1))*spin;
#endif
#if `SPIN' == 0
  id spin = gi_(1)/2;
#else
  id spin = (gi_(1)*S0 + g5_(1)*g_(1,s))/2;
#endif

* emission vertices
#switch `EMIT'
#case vector
  id Ve(be?) = g_(1,be)*(Le*g7_(1)+Re*g6_(1))/2;
  id Vm(be?) = g_(1,be)*(Lm*g7_(1)+Rm*g6_(1))/2;
  id Vebar(be?) = g_(1,be)*(Le*g7_(1)+Re*g6_(1))/2;
  id Vmbar(be?) = g_(1,be)*(Lm*g7_(1)+Rm*g6_(1))/2;
  Multiply -d_(be,be1);
#break
#case spin0
  id Ve(be?) = Se*gi_(1) + i_*Pe*g5_(1);
  id Vm(be?) = Sm*gi_(1) + i_*Pm*g5_(1);
  id Vebar(be?) = Se*gi_(1) + i_*Pe*g5_(1);
  id Vmbar(be?) = Sm*gi_(1) + i_*Pm*g5_(1);
#break
#default
  id Ve(be?) = g_(1,be);
  id Vm(be?) = g_(1,be);
  id Vebar(be?) = g_(1,be);
  id Vmbar(be?) = g_(1,be);
  #if `EMIT' == photon
    Multiply -d_(be,be1);
  #endif
#endswitch

* heavy vertex
#if `HEAVY' == nu
  id H(al?) = g_(1,al)*g7_(1)/2;
  id Hbar(al?) = g6_(1)*g_(1,al)/2;
  Multiply q(al)*q(al1)-q2*d_(al,al1);
#else
  id H(al?) = (1-m)*CV*gi_(1) - (1+m)*CA*g5_(1);
  id Hbar(al?) = (1-m)*CV*gi_(1) + (1+m)*CA*g5_(1);
#endif
.sort

trace4,1;
#if `PART' == direct
  trace4,2;
#endif
contract;
#if `EMIT' == pair
  id r1 = k2 + k3;
  id r2v = k1 + k3;
#endif
.sort

* T-odd part, then no other epsilon and no other i_ is real
#if `EMIT' == spin0
  id e_(k,q,r,s) = -i_*ct;
#endif
id e_(k?,r?,q?,v?) = 0;
id i_ = 0;

* invariants
id q.q = q2;
#if `EMIT' == pair
  id k1.k1 = m^2; id k2.k2 = m^2; id k3.k3 = m^2;
  id k1.k2 = k1k2; id k1.k3 = k1k3; id k2.k3 = k2k3; id k1.q = k1q; id k2.q = k2q; id k3.q = k3q;
  id s.k1 = -c1; id s.k2 = -c2; id s.k3 = -c3; id s.q = -cq;
* 1/K1 = 2 (m^2 + k2.k3) and 1/K2 = 2 (m^2 + k1.k3) shorten the code
  repeat id K1*k2k3 = 1/2 - m^2*K1;
  repeat id K2*k1k3 = 1/2 - m^2*K2;
#else
  #switch `EMIT'
  #case photon
    id r.r = 0;
  #break
  #default
    id r.r = r2;
  #endswitch
  id k.k = m^2; id k.r = kr; id k.q = kq; id r.q = rq;
  id s.k = -ck; id s.r = -cr;
  #if `EMIT' == none
    id s.q = ck;
  #else
    id s.q = ck + cr;
  #endif
#endif
.sort

Bracket S0,ck,cr,cq,ct,c1,c2,c3,CV,CA,Le,Re,Lm,Rm,Se,Pe,Sm,Pm,C;
.sort
Format O3;
#optimize SQUARE
#write <pieces.txt> "%O"
Bracket S0,ck,cr,cq,ct,c1,c2,c3,CV,CA,Le,Re,Lm,Rm,Se,Pe,Sm,Pm,C;
.sort
#write <pieces.txt> "BRACKETS = %e",SQUARE
.end
