"""Wordings of call types that published lists use, where a canonical type's own description does not hold them."""

from collections.abc import Mapping
from typing import Final

_HINTS: Final[Mapping[str, str]] = {
    "911H": "911 hangup, hang up call",
    "911OPN": (
        "hang up open line, unknown emergency open line, unknown landline wireless, abandoned call, open "
        "line, silent call"
    ),
    "ABDUCTNF": "kidnapping, luring, attempted abduction, amber alert, unlawful restraint",
    "ABUSE": "elder abuse, child abuse, vulnerable adult abuse",
    "ADMIN": "request to watch, vacation check, phone message, station request, follow-up",
    "ALMB": "alarm commercial, alarm business, burglary alarm business, bank alarm",
    "ALMH": "hold-up alarm, panic alarm, duress alarm, robbery alarm",
    "ALMR": "alarm residential, burglary alarm residence",
    "ALRBA": "audible alarm",
    "ALRBS": "silent alarm",
    "ALRF": "smoke detector, smoke alarm",
    "ALRU": "alarm, alarm other, alarm equipment",
    "ANIMAL": "dog, barking dog, animal problem, animal complaint",
    "ASSAULT": "assault, simple assault, battery",
    "ASSIST": "assist agency, assist other agency, assist fire department, mutual aid",
    "BARICADE": "swat callout, barricaded subject",
    "BOMB": "suspicious package, bomb threat",
    "BURGLARY": "burglary, burglary residential, burglary commercial, home invasion, break-in",
    "CARJACK": "car jacking, car jack",
    "CDX": "neighbour dispute, landlord tenant, verbal argument, civil dispute, argument",
    "CITASST": "assist public, assist citizen, public service, assist person, flag down",
    "CIVIL": "littering, civil matter, illegal dumping, ordinance violation, code violation",
    "COURT": "serve papers, service of court order, subpoena service, eviction, restraining order service",
    "CRIMTRAF": "driving without licence",
    "CUST": "custody dispute, custodial interference, custody exchange",
    "DEATH": "dead body, death investigation, unattended death",
    "DISORD": "disturbance, nuisance, disorderly conduct, disturbing the peace, urinating in public",
    "DRUGS": "narcotics, drug activity, drug violation, possession of drugs",
    "DVA": "domestic violence, domestic battery, domestic assault, domestic violence critical",
    "DVNA": "domestic disturbance, family disturbance, domestic dispute, domestic threats",
    "FIGHT": "fight, physical fight, mutual fight",
    "FRAUD": (
        "false use of identity, forgery checks scam, fraud, identity theft, forgery, scam, embezzlement, "
        "bad check, defrauding"
    ),
    "HARR": "harassment, obscene phone calls, nuisance phone calls",
    "HAZ": "hazard, hazardous condition",
    "HLP1": "help the officer, officer needs help, officer down, assist officer urgent",
    "HLP2": "assist officer, backup, cover",
    "HOMICIDE": "murder",
    "INDECENT": "lewd conduct, indecent exposure, sex in public",
    "INTOX": "intoxicated person, drunk, public intoxication, detox",
    "JUV": "juvenile problem, juvenile disturbance",
    "LARCENY": (
        "auto boost strip, theft from auto, theft, theft from vehicle, car prowl, theft of plates, theft "
        "report, bicycle theft"
    ),
    "MNTL": (
        "mental health, crisis complaint, behavioural crisis, emotional crisis, mental person, psychiatric, "
        "altered behaviour"
    ),
    "MTLV": "violent psychiatric",
    "MVA": "vehicle accident, traffic collision, crash, collision property damage, collision report",
    "MVAINJY": "collision with injuries, injury collision, pedestrian collision",
    "MVAUNK": "collision unknown injuries, traffic accident no detail",
    "NCRASLTWF": "assault with firearm, knife assault",
    "NOISE": "noise nuisance, noise complaint, loud party, loud music, noise disturbance",
    "ORDERV": "violation of court order, restraining order violation, bail violation",
    "PARKING": "parking tow, parking complaint, parking violation, illegally parked",
    "PERMISS": "missing person, missing child, walkaway",
    "PERSUSP": "suspicious person, suspicious subject, suspect there now",
    "PERWANT": (
        "fugitive, felony warrant, misdemeanor warrant, warrant pickup, failure to register, arrest "
        "warrant, wanted subject, bench warrant, parole violation, probation violation"
    ),
    "PROW": "prowler, burglary caser, car caser",
    "PUBWKS": "street light, traffic signal, road conditions, water main, tree down, power out",
    "RECKDRV": "moving violation, traffic complaint, speeding, road rage, traffic violation",
    "ROBBERY": "robbery, purse snatch, mugging",
    "SCRM": "screaming, calling for help",
    "SEXOFFNS": "rape, sexual assault, molested, sex offense, child molestation, voyeurism",
    "SHOOT": (
        "shots fired, shots heard, person shot, gunshots, shot spotter, firing at vehicle, firing at house, "
        "firing at building, drive-by"
    ),
    "SHOPLIFT": "shoplift, retail theft",
    "SICK": "aided case, sick person, medical aid, casualty",
    "STDBY": "standby, keep the peace, civil standby, preserve the peace",
    "SUBJSTP": "suspicious stop, pedestrian stop, subject stop, field contact",
    "SUICTHRT": "suicide threat, suicide attempt, suicidal",
    "SUSP": (
        "suspicious circumstances, suspicious incident, suspicious activity, suspicious person vehicle, check the area"
    ),
    "TERROR": "terrorist attack",
    "THAZ": "traffic hazard, blocking traffic, blocking roadway, debris in road, pedestrian violation",
    "THREATS": "threats, intimidation, threat report",
    "TRESPASS": "trespass, unwanted person, unwanted guest, exclusion order violation, ejected",
    "TROUBLE": "unknown trouble, unknown problem",
    "TSTOP": "traffic stop, vehicle stop",
    "VAG": "sit lie, sleeper, loitering",
    "VANDAL": "tampering with vehicle",
    "VEHABND": "abandoned vehicle, abandoned car, parked over 72 hours",
    "VEHREC": "recovered stolen vehicle, vehicle recovery",
    "VEHSTLN": "stolen vehicle, auto theft, vehicle theft",
    "WARRANT": "search warrant, warrant service",
    "WEAPON": "person with a gun, weapons violation, brandishing, person with a knife",
    "WELFARE": "welfare check, check welfare, well being check, person down, senile person",
    "X-OFFICER": (
        "assigned duty, patrol check, premise check, directed patrol, special event, traffic control, foot "
        "patrol, bike patrol, extra patrol, special detail, meal break, training, out of service, meet "
        "officer, court appearance, prisoner transport, guard duty, escort, selective enforcement, traffic "
        "enforcement, community policing, meeting, administrative detail, equipment maintenance, off duty "
        "employment, all units information, phone your station, attend court, field interview, security "
        "check, field initiated, background investigation, compliance check, traffic stop with licence, "
        "passing call, station duty, building check, stakeout, homeless outreach detail, case number "
        "request, vehicle log, special operations"
    ),
}

HINTS: Final[Mapping[str, tuple[str, ...]]] = {code: tuple(words.split(", ")) for code, words in _HINTS.items()}
"""Wordings by canonical type (assumption: our own reading of the call lists that cities publish)."""
