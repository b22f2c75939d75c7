"""Who publishes reports and news on public services: names, the sites they use, and the words that stand for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher: `sites` end the host of its addresses; `names` are how its own documents name it, plainest first."""

    name: str
    kind: Literal["report", "news"]
    sites: tuple[str, ...]
    names: tuple[str, ...]


def _rows(kind: Literal["report", "news"], table: str) -> tuple[Publisher, ...]:
    """Read lines `name | sites | other names`, the lists split at commas."""
    publishers = []
    for line in table.strip().splitlines():
        name, sites, names = (part.strip() for part in line.split("|"))
        others = tuple(item.strip() for item in names.split(";") if item.strip())
        publishers.append(Publisher(name, kind, tuple(sites.replace(",", " ").split()), (name, *others)))
    return tuple(publishers)


_REPORTS = """
Ofsted | ofsted.gov.uk | Office for Standards in Education; OFSTED
Care Quality Commission | cqc.org.uk | CQC
Commission for Social Care Inspection | csci.org.uk | CSCI
Social Services Inspectorate | | SSI
Commission for Health Improvement | chi.nhs.uk | CHI
Healthcare Commission | healthcarecommission.org.uk | Commission for Healthcare Audit and Inspection
HMICFRS | | Inspectorate of Constabulary and Fire & Rescue Services; HMI Constabulary and Fire & Rescue Services
HMIC | hmic.gov.uk | Her Majesty's Inspectorate of Constabulary
HM Inspectorate of Probation | | Majesty's Inspectorate of Probation; HMI Probation
HM Inspectorate of Prisons | | Her Majesty's Inspectorate of Prisons; His Majesty's Inspectorate of Prisons; HMI Prisons
HM Crown Prosecution Service Inspectorate | hmcpsi.gov.uk | HMCPSI
Criminal Justice Joint Inspection | justiceinspectorates.gov.uk cjji.gov.uk |
Care and Social Services Inspectorate Wales | cssiw.org.uk | CSSIW
Care Inspectorate Wales | careinspectorate.wales | CIW
Social Services Inspectorate for Wales | | SSIW
Healthcare Inspectorate Wales | hiw.org.uk | HIW
Estyn | estyn.gov.uk estyn.gov.wales | Her Majesty's Inspectorate for Education and Training in Wales
Audit Wales | audit.wales | Wales Audit Office
Care Inspectorate | careinspectorate.com | Social Care and Social Work Improvement Scotland; SCSWIS
HM Inspectorate of Education | hmie.gov.uk | HMIE
Education Scotland | education.gov.scot |
Social Work Inspection Agency | swia.gov.uk | SWIA
Healthcare Improvement Scotland | healthcareimprovementscotland.org |
Audit Scotland | audit-scotland.gov.uk | Accounts Commission
Regulation and Quality Improvement Authority | rqia.org.uk | RQIA
Education and Training Inspectorate | etini.gov.uk | ETI
Criminal Justice Inspection Northern Ireland | cjini.org | CJINI
Northern Ireland Audit Office | niauditoffice.gov.uk |
Health Information and Quality Authority | hiqa.ie | HIQA
Tusla | tusla.ie | Child and Family Agency
Mental Health Commission | mhcirl.ie |
National Audit Office | nao.org.uk | Comptroller and Auditor General
Audit Commission | audit-commission.gov.uk |
Children's Commissioner for England | childrenscommissioner.gov.uk | Office of the Children's Commissioner
Children's Commissioner for Wales | childcomwales.org.uk childcom.org.uk |
Children and Young People's Commissioner Scotland | cypcs.org.uk | Scotland's Commissioner for Children and Young People
Northern Ireland Commissioner for Children and Young People | niccy.org | NICCY
Child Safeguarding Practice Review Panel | |
Department for Education | | DfE
Department for Children, Schools and Families | dcsf.gov.uk | DCSF
Department for Education and Skills | dfes.gov.uk | DfES
Department of Health | dh.gov.uk doh.gov.uk | DH Publications; Department of Health and Social Care
Ministry of Justice | justice.gov.uk |
Home Office | homeoffice.gov.uk |
House of Commons | publications.parliament.uk committees.parliament.uk |
Parliamentary and Health Service Ombudsman | ombudsman.org.uk |
Local Government and Social Care Ombudsman | lgo.org.uk | Local Government Ombudsman
UK Parliament | parliament.uk hansard.parliament.uk | Hansard
Scottish Parliament | parliament.scot |
Senedd Cymru | senedd.wales | National Assembly for Wales
Scottish Government | gov.scot scotland.gov.uk | Scottish Executive
Welsh Government | gov.wales wales.gov.uk | Welsh Assembly Government
UK Government | gov.uk direct.gov.uk |
United Nations Human Rights Council | ohchr.org un.org undocs.org | Human Rights Council
HHS Office of Inspector General | oig.hhs.gov | Department of Health and Human Services Office of Inspector General
Government Accountability Office | gao.gov | General Accounting Office
Transport Accident Investigation Commission | taic.org.nz | TAIC
NSPCC | nspcc.org.uk | National Society for the Prevention of Cruelty to Children
"""

_NEWS = """
BBC News | bbc.co.uk bbc.com | BBC
The Guardian | theguardian.com guardian.co.uk | Guardian; Guardian Unlimited; SocietyGuardian.co.uk
The Observer | observer.co.uk |
The Independent | independent.co.uk | Independent; Independent on Sunday; Indy; Indy Politics
The Times | thetimes.co.uk thetimes.com timesonline.co.uk | Times Online; The Sunday Times
The Daily Telegraph | telegraph.co.uk | Daily Telegraph; The Telegraph; Sunday Telegraph
Daily Mail | dailymail.co.uk mailonline.co.uk | MailOnline; Mail on Sunday; Mail Online
The Sun | thesun.co.uk |
Daily Mirror | mirror.co.uk | The Mirror; Sunday Mirror
Daily Express | express.co.uk | Express; Sunday Express
Evening Standard | standard.co.uk | London Evening Standard; The Standard
Metro | metro.co.uk |
Financial Times | ft.com |
Sky News | news.sky.com |
ITV News | itv.com |
Channel 4 News | channel4.com |
Press Association | pressassociation.com | PA Media; PA News
Reuters | reuters.com |
Associated Press | apnews.com |
HuffPost UK | huffingtonpost.co.uk | Huffington Post
Wales Online | walesonline.co.uk icwales.icnetwork.co.uk | Western Mail; WalesOnline
South Wales Echo | |
South Wales Argus | southwalesargus.co.uk |
The Herald | heraldscotland.com | Herald Scotland; Sunday Herald
The Herald Wales | herald.wales |
The Scotsman | scotsman.com | Scotland on Sunday
The National | thenational.scot |
Daily Record | dailyrecord.co.uk |
The Press and Journal | pressandjournal.co.uk |
The Courier | thecourier.co.uk |
Belfast Telegraph | belfasttelegraph.co.uk |
The Irish News | irishnews.com | Irish News
News Letter | newsletter.co.uk | Northern Ireland World
The Irish Times | irishtimes.com | Irish Times
Irish Independent | independent.ie |
Irish Examiner | irishexaminer.com |
RTE News | rte.ie | RTE
TheJournal.ie | thejournal.ie |
Birmingham Mail | birminghammail.co.uk birminghampost.net | Birmingham Post; BirminghamLive
Manchester Evening News | manchestereveningnews.co.uk |
Liverpool Echo | liverpoolecho.co.uk | Liverpool Daily Post
Yorkshire Post | yorkshirepost.co.uk | The Yorkshire Post
Northern Echo | thenorthernecho.co.uk | The Northern Echo
Chronicle Live | chroniclelive.co.uk | Evening Chronicle
Nottingham Post | nottinghampost.com |
The Scarborough News | thescarboroughnews.co.uk |
Scottish Field | scottishfield.co.uk |
Deadline News | deadlinenews.co.uk |
Community Care | communitycare.co.uk |
Children & Young People Now | cypnow.co.uk | Children and Young People Now; CYP Now
Local Government Chronicle | lgcplus.com | LGC
Municipal Journal | themj.co.uk | The MJ
Public Finance | publicfinance.co.uk |
Nursing Times | nursingtimes.net |
Health Service Journal | hsj.co.uk |
Tes | tes.com tes.co.uk | Times Educational Supplement; TES
Schools Week | schoolsweek.co.uk |
Care Appointments | careappointments.com careappointments.co.uk |
Solicitors Journal | solicitorsjournal.com |
The Law Society Gazette | lawgazette.co.uk |
Family Law Week | familylawweek.co.uk |
Third Sector | thirdsector.co.uk |
Politics.co.uk | politics.co.uk |
The New York Times | nytimes.com | New York Times
The Washington Post | washingtonpost.com | Washington Post
USA Today | usatoday.com |
Los Angeles Times | latimes.com |
CNN | cnn.com |
The Sydney Morning Herald | smh.com.au |
The Age | theage.com.au |
ABC News (Australia) | abc.net.au |
The New Zealand Herald | nzherald.co.nz |
Stuff | stuff.co.nz |
The Globe and Mail | theglobeandmail.com |
Toronto Star | thestar.com |
CBC News | cbc.ca |
Le Monde | lemonde.fr |
Le Figaro | lefigaro.fr |
"""

PUBLISHERS: tuple[Publisher, ...] = (*_rows("report", _REPORTS), *_rows("news", _NEWS))


def publisher_of_host(host: str) -> Publisher | None:
    """Return the publisher whose site is the longest ending of `host`, or None."""
    best: tuple[int, Publisher] | None = None
    for publisher in PUBLISHERS:
        for site in publisher.sites:
            if (host == site or host.endswith("." + site)) and (best is None or len(site) > best[0]):
                best = (len(site), publisher)
    return best[1] if best else None
