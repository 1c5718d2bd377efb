"""What Django does not make: the vocabulary of names, the history only appended, the merge that is followed."""

from django.db import migrations

from pole_social.triggers import append_only, follow_fusion

# The vocabulary of names follows the people by triggers, so that no way of writing a name (a form, a bulk, SQL) forgets
# it. Schema-qualified, or pg_restore and CREATE INDEX (which run with an empty search_path) would fail.
VOCABULAIRE = r"""
CREATE FUNCTION public.suppressions(mot text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(
    SELECT DISTINCT overlay(mot PLACING '' FROM place FOR 1)
    FROM generate_series(1, CASE WHEN char_length(mot) < 3 THEN 0 ELSE least(char_length(mot), 30) END) AS place
);

-- How a normalised word sounds in French. Capitals stand for sounds that no letter has: S for ch, W for ou,
-- A, I and O for the nasals an, in and on.
CREATE FUNCTION public.son(mot text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE regle text[];
BEGIN
    FOREACH regle SLICE 1 IN ARRAY ARRAY[
        ['(.)\1+', '\1'],
        ['(?:tch|sch|sh|ch)(?![rl])', 'S'], ['ph', 'f'], ['c?qu?|c[kh]?(?![eiy])|kh?', 'k'], ['c', 's'],
        ['e?aul[tdx]s?$|e?aux?$|o[stdx]+$|e?au', 'o'],
        ['(?:ez|er|et|ai[sdt]?|ey|ay)$', 'e'],
        ['g(?:u(?=[eiy])|h)', 'G'], ['(?:d?j|g)e(?=[ao])|d?j|g(?=[eiy])', 'j'], ['G', 'g'],
        ['oin', 'WI'], ['o[iy]', 'Wa'], ['ou|oo', 'W'],
        ['(?:a?i|ei|y|u)[nm](?![aeiouyhWS])', 'I'], ['[ae][nm](?![aeiouyhWS])', 'A'], ['o[nm](?![aeiouyhWS])', 'O'],
        ['ai|ei|ay|ey|oe|eu', 'e'], ['(?<=..)e*[stdxz]*$', '']
    ] LOOP
        mot := regexp_replace(mot, regle[1], regle[2], 'g');
    END LOOP;
    -- The letters left that are not heard, or heard as another.
    RETURN regexp_replace(translate(mot, 'yzwh', 'isv'), '(.)\1+', '\1', 'g');
END $$;

CREATE FUNCTION public.mots_ajoutes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- In the order of the words, so that two writers wait for each other instead of blocking each other.
    INSERT INTO public.accueil_mot (mot, frequence, suppressions, son)
    SELECT mot, nombre, public.suppressions(mot), public.son(mot)
    FROM (
        SELECT mot, count(*) AS nombre
        FROM nouveaux, unnest(tsvector_to_array(nouveaux.recherche_mots)) AS mot
        GROUP BY mot
    ) AS comptes
    ORDER BY mot
    ON CONFLICT (mot) DO UPDATE SET frequence = accueil_mot.frequence + excluded.frequence;
    RETURN NULL;
END $$;

CREATE FUNCTION public.mots_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    avant text[] := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE tsvector_to_array(OLD.recherche_mots) END;
    apres text[] := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE tsvector_to_array(NEW.recherche_mots) END;
    partis text[] := ARRAY(SELECT unnest(avant) EXCEPT SELECT unnest(apres));
    venus text[] := ARRAY(SELECT unnest(apres) EXCEPT SELECT unnest(avant));
BEGIN
    PERFORM 1 FROM public.accueil_mot WHERE mot = ANY (partis || venus) ORDER BY mot FOR UPDATE;
    UPDATE public.accueil_mot SET frequence = frequence - 1 WHERE mot = ANY (partis) AND frequence > 0;
    DELETE FROM public.accueil_mot WHERE mot = ANY (partis) AND frequence = 0;
    INSERT INTO public.accueil_mot (mot, frequence, suppressions, son)
    SELECT mot, 1, public.suppressions(mot), public.son(mot) FROM unnest(venus) AS mot ORDER BY mot
    ON CONFLICT (mot) DO UPDATE SET frequence = accueil_mot.frequence + 1;
    RETURN NULL;
END $$;

CREATE TRIGGER vocabulaire_ajout AFTER INSERT ON accueil_usager
    REFERENCING NEW TABLE AS nouveaux FOR EACH STATEMENT EXECUTE FUNCTION public.mots_ajoutes();
CREATE TRIGGER vocabulaire_changement AFTER UPDATE OF nom_usage, nom_naissance, prenoms ON accueil_usager
    FOR EACH ROW WHEN (OLD.recherche_mots IS DISTINCT FROM NEW.recherche_mots)
    EXECUTE FUNCTION public.mots_changes();
CREATE TRIGGER vocabulaire_retrait AFTER DELETE ON accueil_usager
    FOR EACH ROW EXECUTE FUNCTION public.mots_changes();
"""

SANS_VOCABULAIRE = """
DROP TRIGGER vocabulaire_ajout ON accueil_usager;
DROP TRIGGER vocabulaire_changement ON accueil_usager;
DROP TRIGGER vocabulaire_retrait ON accueil_usager;
DROP FUNCTION public.mots_ajoutes();
DROP FUNCTION public.mots_changes();
DROP FUNCTION public.son(text);
DROP FUNCTION public.suppressions(text);
"""

# Before any row names a person who has been absorbed, it names the record kept instead. The lock is the one that
# the foreign key takes anyway, only earlier: a merge waits for the rows being written, and they for the merge.
FOLLOW = """
CREATE FUNCTION public.follow_fusion() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept uuid;
BEGIN
    WHILE NEW.usager_id IS NOT NULL LOOP
        SELECT fusionne_vers_id INTO kept FROM public.accueil_usager WHERE id = NEW.usager_id FOR KEY SHARE;
        EXIT WHEN kept IS NULL;
        NEW.usager_id := kept;
    END LOOP;
    RETURN NEW;
END $$;
"""
FOLLOWING = [
    "accueil_coordonnee",
    "accueil_correction",
    "accueil_demande",
    "accueil_demarche",
    "accueil_deport",
    "accueil_droitsuivi",
    "accueil_fait",
    "accueil_mandat",
    "accueil_membrefoyer",
    "accueil_numeroexterne",
    "accueil_orientation",
    "accueil_passageusager",
    "accueil_rattachement",
    "accueil_relais",
    "accueil_rendezvous",
    "accueil_representant",
]

# Appended only, but for the person: and that only between the two records of a merge that stands.
REFUSE_BUT_FUSION = """
CREATE FUNCTION public.refuse_change_but_fusion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.usager_id IS DISTINCT FROM OLD.usager_id AND EXISTS (
        SELECT 1 FROM public.accueil_fusion
        WHERE undone_at IS NULL
        AND (garde_id, absorbe_id) IN ((NEW.usager_id, OLD.usager_id), (OLD.usager_id, NEW.usager_id))
    ) THEN
        OLD.usager_id := NEW.usager_id;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of % are only appended', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    replaces = [
        ("accueil", "0002_append_only"),
        ("accueil", "0003_stage_accueil"),
        ("accueil", "0004_append_only"),
        ("accueil", "0005_fusion"),
        ("accueil", "0006_evaluation_complete"),
    ]
    dependencies = [("accueil", "0001_initial")]

    operations = [
        migrations.RunSQL(VOCABULAIRE, SANS_VOCABULAIRE),
        migrations.RunSQL(FOLLOW, "DROP FUNCTION public.follow_fusion()"),
        migrations.RunSQL(REFUSE_BUT_FUSION, "DROP FUNCTION public.refuse_change_but_fusion()"),
        *append_only(
            "accueil_etapepassage",
            "accueil_etapedemande",
            "accueil_etaperelais",
            "accueil_etapedroitsuivi",
            "accueil_etapeorientation",
            "accueil_etaperendezvous",
        ),
        *append_only("accueil_fait", "accueil_correction", but_fusion=True),
        *follow_fusion(*FOLLOWING),
    ]
