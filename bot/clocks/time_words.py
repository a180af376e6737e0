"""The words people use for times, days and lengths, as data: what is typed on the right, the word we read on the left.

A language is one table; all are read at once, so what two of them use for different things stands in neither. Several
words in a row are one entry. What is said and means nothing here (``sharp``, ``please``) is left out of a phrase.
"""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, str]

ENGLISH: Words = {
    "monday": "mon",
    "tuesday": "tue, tues",
    "wednesday": "wed, weds, wensday, wednsday",
    "thursday": "thu, thur, thurs, thrusday",
    "friday": "fri, firday",
    "saturday": "sat, saterday",
    "sunday": "sun",
    "january": "jan",
    "february": "feb, febuary",
    "march": "mar",
    "april": "apr",
    "june": "jun",
    "july": "jul",
    "august": "aug",
    "september": "sep, sept",
    "october": "oct",
    "november": "nov",
    "december": "dec",
    "24 december": "christmas eve, xmas eve",
    "25 december": "christmas day, christmas, xmas, xmas day",
    "26 december": "boxing day",
    "31 december": "new year's eve, new years eve, new year eve, nye",
    "1 january": "new year's day, new years day, new year's, new year day",
    "14 february": "valentine's day, valentines day, valentine's, valentines",
    "31 october": "halloween",
    "overmorrow": "day after tomorrow, day after tmrw, the day after tomorrow",
    "tomorrow": "tom, tmrw, tmr, tmw, tomo, tomoz, 2morrow, 2moro, 2mrw, 2mro, tomorow, tommorow, tommorrow, tomorrrow",
    "today": "2day",
    "today night": "tonight, tonite, 2nite, 2night, this night",
    "today morning": "this morning",
    "today afternoon": "this afternoon",
    "today evening": "this evening",
    "yesterday": "yesterdays",
    "morning": "in the morning, am morning, mornings",
    "afternoon": "in the afternoon, this aft",
    "evening": "in the evening, eve",
    "night": "at night, in the night",
    "noon": "midday, 12 noon, twelve noon, noontime, 12 midday, high noon",
    "midnight": "12 midnight, twelve midnight",
    "o'clock": "oclock, o clock",
    "minute": "m, min, mins, minutes, minuts",
    "hour": "h, hr, hrs, hours",
    "day": "d, days, day's, days'",
    "week": "w, wk, wks, weeks, week's, weeks'",
    "month": "months, mth, mths, month's, months'",
    "year": "y, yr, yrs, years, year's, years'",
    "2 week": "fortnight, a fortnight, one fortnight",
    "4 week": "two fortnights, 2 fortnights",
    "2": "a couple of, couple of, a couple, couple",
    "12": "a dozen",
    "30 minute": "half an hour, half hour, half a hour, a half hour, half-hour, a half-hour, 1/2 hour, 1/2 an hour",
    "in 1 day": "same time tomorrow, this time tomorrow, tomorrow same time, tomorrow at the same time",
    "12 hour": "half a day",
    "6 month": "half a year",
    "15 minute": "quarter of an hour, a quarter of an hour, quarter hour, a quarter hour, quarter an hour",
    "45 minute": "three quarters of an hour, 3 quarters of an hour, three quarters of hour",
    "and half": "and a half, and one half, & a half, and 1/2",
    "and quarter": "and a quarter",
    "quarter": "a quarter",
    "from now": "from this moment, from right now",
    "at": "@",
    "on": "come",
    "and": "&, plus, +",
    "time": "time from now",
    "this": "coming, this coming, upcoming, this upcoming",
    "1th": "first",
    "2th": "second",
    "3th": "third",
    "4th": "fourth",
}

GERMAN: Words = {
    "monday": "montag",
    "tuesday": "dienstag",
    "wednesday": "mittwoch",
    "thursday": "donnerstag",
    "friday": "freitag",
    "saturday": "samstag, sonnabend",
    "sunday": "sonntag, sonntags",
    "january": "januar",
    "february": "februar",
    "march": "märz, maerz",
    "may": "mai",
    "june": "juni",
    "july": "juli",
    "october": "oktober, okt",
    "december": "dezember, dez",
    "24 december": "heiligabend",
    "31 december": "silvester",
    "today": "heute",
    "tomorrow": "morgen",
    "tomorrow morning": "morgen früh",
    "overmorrow": "übermorgen, uebermorgen",
    "morning": "früh, morgens",
    "afternoon": "nachmittag, nachmittags",
    "evening": "abend, abends",
    "noon": "mittag, mittags",
    "midnight": "mitternacht",
    "at": "um",
    "uhr": "",
    "in 1": "in einer, in einem",
    "30 minute": "halbe stunde, einer halben stunde, eine halbe stunde",
    "minute": "minuten",
    "hour": "stunde, stunden, std",
    "day": "tag, tage, tagen",
    "week": "woche, wochen",
    "month": "monat, monate, monaten",
    "year": "jahr, jahre, jahren",
    "and": "und",
    "next": "nächsten, nächste, nächster",
    "this": "diesen, diese, dieser",
}

LANGUAGES: Mapping[str, Words] = {"en": ENGLISH, "de": GERMAN}

NUMBERS: Mapping[str, str] = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
}
MINUTES = "fifteen twenty thirty forty fifty"
"""Said after an hour: ``seven thirty pm``."""
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"

BEFORE = frozenset(["about", "around", "approximately", "approx", "roughly", "circa", "ca", "the", "of", "gegen"])
"""May stand before an hour or a day and changes nothing; a phrase never ends with one of them."""

AFTER = frozenset(["sharp", "exactly", "please", "pls", "plz", "thanks", "prompt"])

ALSO_WORDS = frozenset(
    [
        "sun",
        "sat",
        "wed",
        "mon",
        "may",
        "march",
        "mar",
        "tom",
        "second",
        "eve",
        "come",
        "couple",
        "first",
        "morgen",
        "fri",
    ]
)
"""A time to some, and to others a word of what they write: no time at the end of a phrase that is whole without it."""

ONLY_ASKED = frozenset(["tom", "come", "couple", "eve"])
"""Too short or too common to be a day on its own."""

DAYS: Words = {
    "monday": "mo, m, montags",
    "tuesday": "tu, t, di, dienstags",
    "wednesday": "we, w, mi, mittwochs",
    "thursday": "th, do, donnerstags",
    "friday": "fr, f, freitags",
    "saturday": "sa, samstags",
    "sunday": "su, so, sonntags",
    "monday wednesday friday": "mwf",
    "tuesday thursday": "tth, tuth, tr",
    "everyday": "every day, daily, all week, all week long, whole week, the whole week, every single day, all days, "
    "each day, 7 days a week, seven days a week, every day of the week, all 7 days, all seven days, jeden tag, "
    "täglich, "
    "all days of the week, each and every day, all the days, entire week, the entire week, 7 days, any day, 24/7",
    "weekdays": "weekday, wkday, wkdays, week days, workdays, workday, work days, working days, business days, "
    "business day, "
    "school days, schooldays, school day, work day, wochentags, werktags, during the week, workweek, work week, "
    "weekdays only, every weekday",
    "weekends": "weekend, wkend, wkends, week ends, week end, wochenende, am wochenende, weekend days",
    "to": "through, thru, until, till, til, up to, upto, bis",
    "except": "but not, without, excluding, besides, other than, apart from, but, not, minus, save, außer, except for, "
    "excl, bar, aside from, no, never",
}
"""Further words where days of the week are asked for, and nothing else can be meant."""

REPEATS: Words = {
    "everyday": "every day, daily, each day, every single day, every day of the week, each and every day, jeden tag, "
    "täglich",
    "everyday morning": "every morning, each morning, mornings",
    "everyday afternoon": "every afternoon, each afternoon, afternoons",
    "everyday evening": "every evening, each evening, evenings",
    "everyday night": "every night, each night, nightly, nights",
    "weekdays": "every weekday, each weekday, every workday, every work day, every working day, every business day, "
    "workdays, work days, working days, business days, werktags",
    "weekends": "every weekend, each weekend",
    "weekly": "every week, each week, once a week, every 1 week, jede woche",
    "monthly": "every month, each month, once a month, of every month, of each month, jeden monat",
    "every 2 day": "every other day, every second day, every 2nd day, alternate days, every alternate day",
    "every 2 week": "every other week, every second week, every 2nd week, every alternate week, fortnightly, "
    "every fortnight",
    "every 2": "every other",
    "every": "each",
    "monday": "montags",
    "tuesday": "dienstags",
    "wednesday": "mittwochs",
    "thursday": "donnerstags",
    "friday": "freitags",
    "saturday": "samstags",
    "to": "through, thru",
    "except": "except on, except for, but not, but not on, but, excluding, apart from, besides, not on",
}
"""Further words where something may come round again."""

COMES_AGAIN = frozenset(
    [
        *("every", "each", "everyday", "daily", "nightly", "weekly", "fortnightly", "biweekly", "monthly", "yearly"),
        *("bimonthly", "hourly", "annually", "quarterly", "alternate", "jeden", "jede", "jedes", "täglich"),
    ]
)
"""Says of what stands with it that it comes round again, whether we can read it or not."""

EXTRA: Mapping[str, Words] = {"days": DAYS, "repeats": REPEATS}
"""Tables that hold only where they are asked for, by name."""
