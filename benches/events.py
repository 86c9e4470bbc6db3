"""Makes the events that the benchmark loads: the shape of UCDP GED, invented from a seed, the same each time."""

import csv
import datetime
import itertools
import os
import random

# name and Gleditsch-Ward code, as the countries of seed/countries have them
COUNTRIES = [("Afghanistan", 700), ("Syria", 652), ("Mexico", 70), ("Ukraine", 369), ("Iraq", 645), ("India", 750),
             ("Nigeria", 475), ("Somalia", 520), ("Colombia", 100), ("Pakistan", 770), ("Yemen", 678), ("Philippines", 840),
             ("Sudan", 625), ("Algeria", 615), ("Ethiopia", 530), ("Myanmar", 775), ("Turkey", 640), ("Uganda", 500),
             ("Mali", 432), ("Libya", 620), ("Mozambique", 541), ("Cameroon", 471), ("Chad", 483), ("Kenya", 501)]
WIDE = """id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id conflict_name dyad_dset_id
dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b number_of_sources source_article
source_office source_date source_headline source_original where_prec where_coordinates where_description adm_1 adm_2 latitude
longitude geom_wkt priogrid_gid country country_id region event_clarity date_prec date_start date_end deaths_a deaths_b
deaths_civilians deaths_unknown best high low gwnoa gwnob""".split()
NARROW = [name for name in WIDE if not name.startswith(("source_", "geom", "conflict_dset", "dyad_dset", "side_a_dset", "side_b_dset"))
          and name not in ("relid", "active_year", "code_status", "where_description", "event_clarity", "priogrid_gid", "region",
                           "conflict_new_id", "number_of_sources", "adm_2")]
SYLLABLES = "ba ka la ma na ra sa ta de ke le me ne re se te bi ki li mi ni ri si ti do ko lo mo no ro so to é ñ ü ş".split()
PLAIN = """attack on the market by armed men killed and wounded soldiers near the bridge said police in a town after clashes
with militants who burned houses along the road while an airstrike hit the camp officials told of shelling overnight""".split()


def coded_countries():
    """The countries that ship with facts, with the codes that they have today."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "seed", "countries", "names.csv")
    with open(path, encoding="utf-8", newline="") as file:
        return [(row["place"], int(row["name"])) for row in csv.DictReader(file)
                if row["scheme"] == "gw" and row["place"] and not row["valid_to"]]


def write(path, rows, narrow=False, own_places=False, seed=1):
    """Writes so many events to a CSV file. With `own_places` nearly each has a place of its own, in any country, and their texts
    have some thousand words, most of them rare."""
    chance = random.Random(seed)
    columns = NARROW if narrow else WIDE
    countries = coded_countries() if own_places else COUNTRIES

    def word(syllables):
        return "".join(chance.choices(SYLLABLES, k=syllables)).capitalize()

    vocabulary = PLAIN + [word(3).lower() for _ in range(18_000)] if own_places else PLAIN
    common = list(itertools.accumulate(1 / (n + 3) ** 0.95 if own_places else 1 for n in range(len(vocabulary))))

    def words(n):
        return " ".join(chance.choices(vocabulary, cum_weights=common, k=n))

    def town():
        return (f"{word(4)} town", f"{word(2)} province", round(chance.uniform(-30, 50), 4), round(chance.uniform(-90, 110), 4))

    parties = {}
    towns = {}
    for country, _ in countries:
        parties[country] = [(f"{word(3)} Front", 1000 + len(parties) * 40 + n) for n in range(12)]
        towns[country] = [town() for _ in range(20 if own_places else 2500)]
    weights = [1 / (n + 1) ** 0.8 for n in range(len(countries))]
    begin = datetime.date(1989, 1, 1)
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        for n in range(1, rows + 1):
            country, code = chance.choices(countries, weights)[0]
            front, party = chance.choice(parties[country])
            is_own = own_places and chance.random() < 0.98
            place, province, lat, lon = town() if is_own else chance.choice(towns[country])
            violence = chance.choice([1, 1, 1, 2, 3])
            side_b, party_b = ("Civilians", 9999) if violence == 3 else (front, party)
            side_a, party_a = (f"Government of {country}", 100 + code) if violence == 1 else (front + " (old)", party + 20)
            day = begin + datetime.timedelta(days=chance.randrange(13000))
            last = day + datetime.timedelta(days=chance.choice([0, 0, 0, 0, 3, 9]))
            a, b, c, u = (chance.choice([1, 2, 7]) if chance.random() < share else 0 for share in (0.25, 0.3, 0.2, 0.05))
            best = a + b + c + u
            article = f'Agency, "{day}, {words(chance.randint(8, 14))}"; Wire, "{day}, {words(chance.randint(10, 20))}"'
            event = dict(
                id=n * 2, relid=f"{country[:3].upper()}-{day.year}-{violence}-{n}", year=day.year, active_year=1, code_status="Clear",
                type_of_violence=violence, conflict_dset_id=code, conflict_new_id=code + 11000, conflict_name=f"{country}: Government",
                dyad_dset_id=party, dyad_new_id=party + 13000, dyad_name=f"{side_a} - {side_b}", side_a_dset_id=party_a,
                side_a_new_id=party_a, side_a=side_a, side_b_dset_id=party_b, side_b_new_id=party_b, side_b=side_b,
                number_of_sources=chance.choice([1, 2, 3]), source_article=article, source_office="Agency", source_date=day,
                source_headline=words(9).capitalize(), source_original=f"{word(2)} police", where_prec=chance.randint(1, 4),
                where_coordinates=place, where_description=words(6), adm_1=province, adm_2=f"{word(2)} district", latitude=lat,
                longitude=lon, geom_wkt=f"POINT ({lon} {lat})", priogrid_gid=100000 + n % 9000, country=country, country_id=code,
                region="Somewhere", event_clarity=1, date_prec=1 if last == day else 2, date_start=f"{day} 00:00:00.000",
                date_end=f"{last} 00:00:00.000", deaths_a=a, deaths_b=b, deaths_civilians=c, deaths_unknown=u, best=best,
                high=best + chance.choice([0, 0, 5]), low=best, gwnoa=code if violence == 1 else "", gwnob="")
            out.writerow([event[name] for name in columns])
