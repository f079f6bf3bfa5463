"""The words by which `_wording` compares what trials measure; each in the one spelling to which words are brought (American, singular)."""


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


# Say nothing by themselves.
SMALL = _words("a an the of in at on for")

UNITS = _words("second minute hour day week month year cycle")

_NUMBERS = "one two three four five six seven eight nine ten eleven twelve"
SAME_WORD: dict[str, str] = {
    **{word: str(number) for number, word in enumerate(_NUMBERS.split(), 1)},
    **dict.fromkeys(("patient", "subject"), "participant"),
    **dict.fromkeys(("percent", "percentage"), "%"),
    **dict.fromkeys(("approx", "about", "~"), "approximately"),
    "vs": "versus",
    "sec": "second",
    **dict.fromkeys(("min", "mins"), "minute"),
    **dict.fromkeys(("hr", "hrs"), "hour"),
    **dict.fromkeys(("wk", "wks"), "week"),
    **dict.fromkeys(("mo", "mos"), "month"),
    **dict.fromkeys(("yr", "yrs"), "year"),
    **dict.fromkeys(("μg", "mcg"), "ug"),
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
}

# What everybody in the field writes short.
ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    short: tuple(words.split())
    for short, words in {
        "ae": "adverse event",
        "sae": "serious adverse event",
        "teae": "treatment emergent adverse event",
        "dlt": "dose limiting toxicity",
        "mtd": "maximum tolerated dose",
        "rp2d": "recommended phase 2 dose",
        "os": "overall survival",
        "pfs": "progression free survival",
        "dfs": "disease free survival",
        "efs": "event free survival",
        "rfs": "relapse free survival",
        "orr": "objective response rate",
        "dcr": "disease control rate",
        "dor": "duration of response",
        "ttp": "time to progression",
        "vas": "visual analog scale",
        "nrs": "numeric rating scale",
        "odi": "oswestry disability index",
        "qol": "quality of life",
        "bmi": "body mass index",
        "mace": "major adverse cardiovascular event",
    }.items()
}

# Words of scales: one may be named where none was; one in the place of another is another endpoint.
RIVALS = _words("visual analog numeric rating")

# Who judges, and by which rules: a change of method, not of the endpoint.
METHODS = _words(
    "recist irecist mrecist ctcae nci meddra rano lugano version v",
    "investigator bicr irc icr blinded independent central review committee",
    "assessor criterion criteria common terminology centrally locally",
)

# Found in the name of nearly every endpoint.
LIGHT = _words(
    "change number participant rate mean median score scale index proportion incidence frequency occurrence baseline",
    "value overall objective treatment emergent study trial outcome endpoint primary secondary assess assessed assessment",
    "measure measured measurement evaluate evaluated evaluation determine determined defined based according using used",
    "confirmed experience experiencing experienced have having has had who with from to by per and as is are be was were",
    "this that which their its it through up until over within after during between compared versus approximately time",
    "average intensity severity higher greater more worse less least point result effect level cm mm mg s",
)

# Turn a name into its opposite.
NEGATIONS = _words("no not without free absence never excluding except")

# Name another thing as soon as they come or go.
TELLING = _words(
    "complete partial serious fatal duration timeto systolic diastolic left right upper lower increase decrease specific special",
    "non or medication use usage consumption cost adherence compliance satisfaction knowledge threshold relapse recurrence",
)
