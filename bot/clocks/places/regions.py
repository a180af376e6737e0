"""States and provinces of the countries whose clocks they decide, and what people write for countries.

``+`` stands before a zone that few of a region live in (a tenth at most): who names the region alone means the others.
"""

from __future__ import annotations

REGIONS = {
    # United States
    "America/New_York": "Connecticut|CT, Delaware|DE, Georgia|GA, Maine|ME, Maryland|MD, Massachusetts|MA, "
    "New Hampshire|NH, New Jersey|NJ, New York|New York State|NY State|Upstate New York|NY, North Carolina|NC, "
    "Ohio|OH, Pennsylvania|PA, Rhode Island|RI, South Carolina|SC, Vermont|VT, Virginia|VA, West Virginia|WV, "
    "District of Columbia|DC, New England",
    "America/Chicago": "Alabama|AL, Arkansas|AR, Illinois|IL, Iowa|IA, Louisiana|LA, Minnesota|MN, Mississippi|MS, "
    "Missouri|MO, Oklahoma|OK, Wisconsin|WI",
    "America/Denver": "Colorado|CO, Montana|MT, New Mexico|NM, Utah|UT, Wyoming|WY",
    "America/Los_Angeles": "California|CA, Washington|Washington State|WA",
    "America/Anchorage +America/Adak": "Alaska|AK",
    "America/Phoenix +America/Denver": "Arizona|AZ",
    "America/Chicago +America/Denver": "Texas|TX, Kansas|KS, Nebraska|NE, North Dakota|ND",
    "America/New_York +America/Chicago": "Florida|FL",
    "America/Detroit +America/Menominee": "Michigan|MI",
    "America/Los_Angeles +America/Boise": "Oregon|OR",
    "America/Los_Angeles +America/Denver": "Nevada|NV",
    "Pacific/Honolulu": "Hawaii|HI",
    "America/Boise America/Los_Angeles": "Idaho|ID",
    "America/Indiana/Indianapolis America/Chicago": "Indiana|IN",
    "America/New_York America/Chicago": "Kentucky|KY",
    "America/Chicago America/Denver": "South Dakota|SD",
    "America/Chicago America/New_York": "Tennessee|TN",
    "America/Puerto_Rico": "PR",
    # Canada
    "America/Toronto +America/Winnipeg": "Ontario|ON",
    "America/Toronto +America/Halifax": "Quebec|Québec|QC",
    "America/Edmonton": "Alberta|AB",
    "America/Vancouver +America/Edmonton": "British Columbia|BC",
    "America/Winnipeg": "Manitoba|MB",
    "America/Regina +America/Edmonton": "Saskatchewan|SK",
    "America/Halifax": "Nova Scotia|NS, Prince Edward Island|PEI|PE",
    "America/Moncton": "New Brunswick|NB",
    "America/St_Johns +America/Halifax": "Newfoundland|Newfoundland and Labrador|NL",
    "America/Whitehorse": "Yukon|YT",
    "America/Yellowknife": "Northwest Territories|NT",
    "America/Iqaluit America/Rankin_Inlet America/Cambridge_Bay": "Nunavut|NU",
    # Australia
    "Australia/Sydney +Australia/Adelaide": "New South Wales|NSW",
    "Australia/Sydney": "Australian Capital Territory|ACT",
    "Australia/Melbourne": "Victoria|VIC",
    "Australia/Brisbane": "Queensland|QLD",
    "Australia/Adelaide": "South Australia|SA",
    "Australia/Perth +Australia/Eucla": "Western Australia|West Australia|WA",
    "Australia/Hobart": "Tasmania|TAS",
    "Australia/Darwin": "Northern Territory|NT",
    # Brazil
    "America/Sao_Paulo": "Minas Gerais|MG, Paraná|PR, Santa Catarina|SC, Rio Grande do Sul|RS, Goiás|GO, "
    "Espírito Santo|ES, Distrito Federal|DF",
    "America/Bahia": "Bahia|BA",
    "America/Fortaleza": "Ceará|CE, Maranhão|MA, Paraíba|PB, Rio Grande do Norte|RN, Piauí|PI",
    "America/Recife": "Pernambuco|PE",
    "America/Maceio": "Alagoas|AL, Sergipe|SE",
    "America/Belem": "Pará|PA, Amapá|AP",
    "America/Araguaina": "Tocantins|TO",
    "America/Manaus +America/Eirunepe": "Amazonas|AM",
    "America/Cuiaba": "Mato Grosso|MT",
    "America/Campo_Grande": "Mato Grosso do Sul|MS",
    "America/Porto_Velho": "Rondônia|RO",
    "America/Boa_Vista": "Roraima|RR",
    "America/Rio_Branco": "Acre|AC",
    # Mexico
    "America/Tijuana": "Baja California",
    "America/Mazatlan": "Baja California Sur|BCS, Sinaloa",
    "America/Hermosillo": "Sonora",
    "America/Cancun": "Quintana Roo",
    "America/Chihuahua America/Ciudad_Juarez": "Chihuahua State",
    "America/Merida": "Yucatan|Yucatán, Campeche",
    "America/Mexico_City": "Jalisco, Guanajuato, Michoacán, Oaxaca, Chiapas, Veracruz, Hidalgo, Guerrero, Tabasco, "
    "Zacatecas",
    "America/Monterrey +America/Matamoros": "Nuevo León, Tamaulipas, Coahuila",
    # Indonesia
    "Asia/Jakarta": "Java|Jawa, Sumatra|Sumatera",
    "Asia/Makassar": "Bali, Lombok, Sulawesi, Flores, Nusa Tenggara",
    "Asia/Jayapura": "Papua|West Papua, Maluku",
    "Asia/Pontianak Asia/Makassar": "Kalimantan",
    # Russia
    "Europe/Kaliningrad": "Kaliningrad Oblast",
    "Europe/Moscow": "Tatarstan, Dagestan, Chechnya",
    "Europe/Samara": "Udmurtia",
    "Asia/Yekaterinburg": "Bashkortostan",
    "Asia/Krasnoyarsk": "Khakassia, Tuva",
    "Asia/Irkutsk": "Buryatia",
    "Asia/Yakutsk Asia/Vladivostok Asia/Srednekolymsk": "Yakutia|Sakha",
    "Asia/Vladivostok": "Primorye",
    "Asia/Kamchatka": "Kamchatka",
    # islands and corners of other countries
    "Atlantic/Canary": "Canary Islands|Canaries|Canarias|Islas Canarias|Tenerife|Gran Canaria|Lanzarote|Fuerteventura",
    "Atlantic/Azores": "Azores|Açores",
    "Atlantic/Madeira": "Madeira",
    "Europe/Madrid": "Catalonia|Cataluña|Catalunya, Andalusia|Andalucía, Basque Country, "
    "Balearic Islands|Mallorca|Majorca|Ibiza, Galicia",
    "Pacific/Galapagos": "Galapagos|Galápagos Islands",
    "Pacific/Easter": "Easter Island|Rapa Nui",
    "Pacific/Chatham": "Chatham Islands",
    "America/Santiago": "Mainland Chile",
    "America/Guayaquil": "Mainland Ecuador",
    "Asia/Urumqi Asia/Shanghai": "Xinjiang",
    "Asia/Shanghai": "Guangdong, Sichuan, Tibet, Hainan, Yunnan, Inner Mongolia, Mainland China",
    "Asia/Kolkata": "Kerala, Tamil Nadu, Karnataka, Maharashtra, Gujarat, Rajasthan, Uttar Pradesh, Bihar, "
    "West Bengal, Goa, Kashmir, Assam, Telangana, Andhra Pradesh, Haryana, Odisha",
    "Asia/Kolkata Asia/Karachi": "Punjab",
    "Asia/Kolkata Asia/Dhaka": "Bengal",
    "Asia/Karachi": "Sindh, Balochistan",
    "Asia/Kuching": "Sarawak, Sabah, Borneo Malaysia",
    "Europe/Berlin": "Bavaria|Bayern, Saxony|Sachsen, Hesse|Hessen, NRW|Nordrhein-Westfalen, Brandenburg, "
    "Baden-Württemberg|BaWü, Niedersachsen|Lower Saxony, Schleswig-Holstein, Saarland, Thüringen|Thuringia",
    "Europe/Rome": "Sicily|Sicilia, Sardinia|Sardegna, Tuscany|Toscana, Lombardy|Lombardia",
    "Europe/Paris": "Brittany|Bretagne, Normandy|Normandie, Provence, Corsica|Corse, Alsace",
    "Europe/Athens": "Crete, Rhodes, Corfu",
    "Europe/London": "Cymru, Alba, Ulster",
    "Europe/Vienna": "Tirol|Tyrol, Steiermark|Styria, Vorarlberg",
    "Europe/Belgrade": "Kosovo|Kosova|Kosovë",
    "Europe/Simferopol": "Crimea",
    "Pacific/Bougainville": "Bougainville",
    "Asia/Ulaanbaatar": "Outer Mongolia",
    "Africa/Lubumbashi": "Katanga",
}
"""By zone: names, each followed by its other names and by the letters people write after a city."""

COUNTRIES = {
    "AE": "UAE, Emirates",
    "AU": "Oz, Aus, Aussie",
    "BA": "Bosnia",
    "CD": "DRC, DR Congo, Congo Kinshasa, Zaire",
    "CG": "Congo Brazzaville",
    "CI": "Ivory Coast",
    "CN": "PRC, Peoples Republic of China",
    "CZ": "Czechia, Czech",
    "DE": "BRD, Ger",
    "GB": "England, Great Britain, Britain, Scotland, UK, United Kingdom, Wales, Northern Ireland",
    "IE": "Eire, Republic of Ireland",
    "IN": "Bharat, Hindustan",
    "IR": "Persia",
    "KP": "North Korea, DPRK",
    "KR": "South Korea, Korea, ROK, S Korea, 한국",
    "LK": "Ceylon",
    "MK": "Macedonia",
    "MM": "Burma",
    "NL": "Holland, The Netherlands, Nederland",
    "NZ": "Aotearoa",
    "PH": "Phils, Phillipines, Philipines, Pilipinas, Philippins",
    "PS": "Palestine",
    "RU": "Russian Federation",
    "SA": "KSA, Saudi",
    "SZ": "Swaziland",
    "TH": "Siam",
    "TL": "East Timor",
    "TR": "Turkiye, Türkiye, Turkey",
    "US": "US, USA, America, United States of America, The States, EEUU",
    "VA": "Vatican",
    "VN": "Viet Nam",
    "ZA": "RSA, S Africa",
    "ZW": "Rhodesia",
}
"""By ISO code: what people write beside what the table of places has."""

SHOWN = {"CD": "DR Congo", "GB": "UK", "KP": "North Korea", "KR": "South Korea", "US": "USA"}
"""How they are shown where IANA's name for them would not do."""

UNITED_STATES = (
    "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR "
    "PA RI SC SD TN TX UT VA VT WA WI WV WY"
)
"""The letters of states, which the table has with each city there."""
