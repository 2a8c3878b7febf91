"""Invented names: people, mentors and schools. Nobody here exists; the mail domain is reserved for examples."""

import re
from collections.abc import Mapping

DOMAIN = "example.com"

FIRST_NAMES = (
    ("Amelia", "10"), ("Zoë", "10"), ("Siân", "10"), ("Niamh", "10"), ("Aoife", "10"), ("Fatima", "10"),
    ("Priya", "10"), ("Chloé", "10"), ("Grace", "10"), ("Ngozi", "10"), ("Hannah", "10"), ("Leila", "10"),
    ("Mei", "10"), ("Ruth", "10"), ("Saoirse", "10"), ("Tamsin", "10"), ("Yasmin", "10"), ("Bethan", "10"),
    ("Inês", "10"), ("Joanna", "10"), ("Katarzyna", "10"), ("Maria José", "10"), ("Olivia", "10"), ("Renée", "10"),
    ("Sana", "10"), ("Thandiwe", "10"), ("Ursula", "10"), ("Wioletta", "10"), ("Anne-Marie", "10"), ("Della", "10"),
    ("Adam", "11"), ("Ben", "11"), ("Cai", "11"), ("Daniel", "11"), ("Émile", "11"), ("Femi", "11"),
    ("George", "11"), ("Hugo", "11"), ("Idris", "11"), ("José", "11"), ("Kwame", "11"), ("Liam", "11"),
    ("Mohammed", "11"), ("Nathan", "11"), ("Owen", "11"), ("Piotr", "11"), ("Rhys", "11"), ("Sanjay", "11"),
    ("Tomasz", "11"), ("Will", "11"), ("Xavier", "11"), ("Yusuf", "11"), ("Zach", "11"), ("Aarav", "11"),
    ("Callum", "11"), ("Dafydd", "11"), ("Ewan", "11"), ("Finn", "11"), ("Jean-Paul", "11"), ("Robin", "99"),
)  # fmt: skip

LAST_NAMES = (
    "O'Connor", "O’Brien", "Abbott", "Adeyemi", "Ahmed", "Bailey", "Bannister", "Begum", "Björnsson", "Brown-Hughes",
    "Carter", "Chaudhry", "Chen", "Clarke", "D'Souza", "Davies", "de la Cruz", "Dubois", "Edwards", "Evans",
    "Fernández", "Fletcher", "Foster", "García", "Green", "Gupta", "Hall", "Harrison", "Hussain", "Ibrahim",
    "Jackson", "Jones", "Kaur", "Kowalczyk", "Lewis", "Lindström", "M'Bala", "Mahmood", "McAllister", "Mensah",
    "Mitchell", "Moreau", "Müller", "Nguyen", "Nowak", "Okafor", "Osei", "Patel", "Pritchard", "Quinn",
    "Ramsbottom", "Roberts", "Şahin", "Scott", "Silva", "Singh", "St. John", "Thompson", "Williams", "Young",
)  # fmt: skip

MENTORS = (
    ("Alison", "Whitaker"), ("Barnaby", "Thorpe"), ("Carys", "Bowen"), ("Dev", "Malhotra"), ("Eleanor", "Frost"),
    ("Farid", "Karimi"), ("Gwen", "Ashworth"), ("Harriet", "Stone"), ("Ivan", "Petrović"), ("Judith", "Marsh"),
    ("Kofi", "Asante"), ("Lucía", "Romero"), ("Martin", "Oakley"), ("Nadia", "Rahman"), ("Oscar", "Blythe"),
    ("Pippa", "Langley"), ("Ravi", "Menon"), ("Shirley", "Cope"), ("Tegan", "Rowe"), ("Ulrich", "Baumann"),
    ("Violet", "Sharp"), ("Walter", "Dunn"), ("Xenia", "Markou"), ("Yvonne", "Hyde"),
)  # fmt: skip

SCHOOLS = {
    "990101": "Alder Grove Primary",
    "990102": "Beacon Hill Academy",
    "990103": "Cold Spring Primary",
    "990104": "Dale End High",
    "990105": "Elmfield School",
    "990106": "Fountains Lane Primary",
    "990107": "Gorse Moor Academy",
    "990108": "Harbour View High",
    "990109": "Ings Road Primary",
    "990110": "Juniper Bank School",
    "990111": "Kestrel Way Academy",
    "990112": "Larkhill High",
}

UNIVERSITY, LEAD_SCHOOL = "North Tyne University", "Alder Grove Teaching School"

BODIES = {
    "north-tyne": "North Tyne Teaching School Hub",
    "wolds": "Wolds Appropriate Body",
}


def mail(first_names: str, last_name: str) -> str:
    """An address that cannot belong to anybody."""
    from unicodedata import normalize

    plain = normalize("NFKD", f"{first_names}.{last_name}").encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in plain if letter.isalnum() or letter == ".") + f"@{DOMAIN}"


def in_names(text: str, providers: Mapping[str, str]) -> str:
    """Schools and providers by their names, where the services say a URN or a code. ``providers``: code -> name."""
    known = SCHOOLS | dict(providers)
    return re.sub(
        r"\b(?:lead school|school|provider) (\w+)",
        lambda it: known.get(it[1], it[0]),
        text,
        flags=re.IGNORECASE,
    )
