"""The values of NENA's and APCO's registries that we write or read, by name.

Codes are facts, not text of a standard. Sources: incident types of the NENA registry that EIDO names (after APCO ANS
2.103.2-2019), resource types, unit statuses and resource attributes of the registries of NENA-STA-021.1b, incident
statuses of the same standard.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

_INCIDENT_TYPES: Final = """
    911H 911OPN ABDOM ABDUCTF ABDUCTNF ABUSE ACCIND ACTSHOOT ADMIN AIR AIRINC ALIEN ALLERGIC ALMA ALMB ALMH ALMR
    ALRBA ALRBOX ALRBS ALRCO ALRCO2 ALRDEFIB ALRF ALRGAS ALRHEAT ALRKPAD ALRMED ALRNGAS ALRPANA ALRPANS ALRPROPN
    ALRPULL ALRROBA ALRROBS ALRU ALRVEH ALRWTR ALS ANIMAL ASSAULT ASSIST ATL BACK BARICADE BIO BITE BLDCLPSE
    BLEEDING BLS BOMB BRGCLPSE BURGLARY BURN CARDIAC CARJACK CDX CHEMICAL CHESPAIN CHOKE CITASST CIVDIS CIVIL
    CNTRFT COURT CRIMPS CRIMTRAF CRWD CU1 CU2 CU3 CURFEW CUST DEATH DEATHNTF DIABETIC DISORD DISVEH DMPX DROWN
    DRUGPAR DRUGS DUI DVA DVNA EDP ELEC ELECHZD ELUDING ENTRAP ESCAPE EXPLOS EXPOSURE EXTORT EYE FAIRC FALL FAM
    FAPT FARSON FAS FASX FBRUSH FELEC FFUEL FIGHT FIREWRKS FMARINE FORCENTR FOTHER FRAUD FREPORT FSMOKE FSTRU
    FTRAILER FTRAIN FTRASH FTRUCK FUNK FVEH GASLEAK GASLEAKI GASLEAKO HARR HATE HAZ HAZMAT HEADACHE HEMRG HLP1
    HLP2 HOLD HOMICIDE HOSTAGE IMP INDECENT INFO INTERNET INTOX INVEST JUV LARCENY LIQUOR MAJORINC MAYDAY MCI
    MISBOATR MISCON MNTL MTLV MVA MVAHR MVAINJY MVAUNK MVCP NCIC NCRASLTWF NCRCPRF NCRELEV NCRFACTR NCRMUAIDF
    NCRNDE NCRNONE NCRTASKFORCE NCRTESTF NCRTRANS NEGLECT NOISE NONEMERG OD ODOR OPEN ORDERV PANDEMIC PARKING
    PERFND PERMISS PERSUSP PERUNCON PERWANT PHANDLE PREG PROPFND PROPLOST PROPSTLN PROW PUBWKS PURSUIT RADIAT
    RECKDRV REPO RESCUE RESIST RESP RESPARR ROBBERY RUNAWAY SAR SCH SCRM SEIZURE SEXOFFNS SHOOT SHOPLIFT SICK
    SLMP SMOKING SOL STABBING STDBY STKX STROKE SUBJSTP SUICIDE SUICTHRT SUSP TERROR THAZ THREATS TOW TRAIN
    TRAINDRL TRANSFER TRAUMA TRAUMAP TRESPASS TROUBLE TRUANT TSTOP VAG VANDAL VEHABND VEHASST VEHLOCK VEHREC
    VEHSTLN VEHSUSP VICE WARRANT WATER WEAPON WELFARE WILDLIFE WIRES XTRICATE
"""
INCIDENT_TYPES: Final = frozenset(_INCIDENT_TYPES.split())
"""The incident types that may stand in `incidentTypeCommonRegistryText`."""

UNKNOWN_TROUBLE: Final = "TROUBLE"
"""The registry's *unknown type trouble*: what we write for a type that the registry has no word for (assumption)."""

CSO: Final = "CivilServiceOfficer"
"""The registry's resource type of a CSO unit."""

NOT_AVAILABLE: Final = "NotAvailable"

Stage = Literal["claimed", "en_route", "on_scene"]

UNIT_STATUS: Final[Mapping[Stage, str]] = MappingProxyType(
    {"claimed": "Assigned", "en_route": "EnRoute", "on_scene": "OnScene"}
)
"""The secondary status of a unit that has a call, by how far it has come."""

INCIDENT_STATUS: Final[Mapping[Stage, str]] = MappingProxyType(
    {"claimed": "ResourcesAssigned", "en_route": "ResourcesEnroute", "on_scene": "ResourcesOnscene"}
)
"""The status of an incident that a CSO unit has, by how far the unit has come."""

ACTIVE: Final = "Active"
REOPENED: Final = "ReOpened"
CLOSED: Final = "Closed"
CANCELLED: Final = "Cancelled"
INCIDENT_STATUSES: Final[frozenset[str]] = frozenset(
    {ACTIVE, CANCELLED, CLOSED, REOPENED, "NewLocation", "StructureCleared", "FireUnderControl"}
    | set(INCIDENT_STATUS.values())
)

INTERPRETERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "spanish": "SpanishCastilianInterpreter",
        "somali": "SomaliInterpreter",
        "vietnamese": "VietnameseInterpreter",
        "amharic": "AmharicInterpreter",
        "tigrinya": "TigrinyaInterpreter",
        "oromo": "OromoInterpreter",
        "chinese": "ChineseInterpreter",
        "tagalog": "TagalogInterpreter",
        "korean": "KoreanInterpreter",
        "asl": "SignLanguagesInterpreter",
    }
)
"""The resource attribute of a unit that speaks a language of the facts, beside English."""

LANGUAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("en", "eng"), "english"),
        **dict.fromkeys(("es", "spa"), "spanish"),
        **dict.fromkeys(("so", "som"), "somali"),
        **dict.fromkeys(("vi", "vie"), "vietnamese"),
        **dict.fromkeys(("am", "amh"), "amharic"),
        **dict.fromkeys(("ti", "tir"), "tigrinya"),
        **dict.fromkeys(("om", "orm"), "oromo"),
        **dict.fromkeys(("zh", "zho", "chi", "cmn", "yue"), "chinese"),
        **dict.fromkeys(("tl", "tgl", "fil"), "tagalog"),
        **dict.fromkeys(("ko", "kor"), "korean"),
        **dict.fromkeys(("ase",), "asl"),
    }
)
"""Languages of the facts by their ISO 639 code (in lower case)."""
