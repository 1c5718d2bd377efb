"""Role × route × expected status, read like a table; `test_access_table.py` makes the checks.

The world of the table: Aminata came today, her evaluation is validated, `assistant-social-2` is référent of
her parcours, `puericultrice` is in the team and wrote in circle santé. Binta's relais waits at évaluation,
Chloé's evaluation waits for its validation, Dalia's relais waits at accompagnement.

    200  the page                403  wrong role, whatever the object
    302  redirected              404  out of scope, like what does not exist
    405  wrong method

An act (POST) is tried on an object that does not exist: 404 says that the role is admitted.
"""

COLUMNS = [
    "gos", "assistant_social", "assistant_social_2", "puericultrice", "psychologue", "ccf",
    "responsable_accueil", "responsable_evaluation", "responsable_accompagnement", "responsable_sst",
    "dpo", "admin", "gos_chatenay", "responsable_chatenay",
]  # fmt: skip

#                                            gos  AS   AS2  pué  psy  ccf  r-ac r-év r-pa sst  dpo  adm  gosC rChat
PAGES = """
racine                            -          302  302  302  302  302  302  302  302  302  302  302  302  302  302
mon_compte                        -          200  200  200  200  200  200  200  200  200  200  200  200  200  200
accueil:bureau                    -          200  403  403  403  403  403  200  200  200  200  403  403  200  200
accueil:recherche                 -          200  200  200  200  200  200  200  200  200  200  403  403  200  200
accueil:usager_nouveau            -          302  403  403  403  403  403  302  200  200  200  403  403  302  200
accueil:usager                    aminata    200  404  200  200  404  404  200  404  404  404  403  403  404  404
accueil:usager                    binta      200  200  404  404  404  404  200  200  404  404  403  403  404  404
accueil:usager_identite           aminata    200  404  200  403  403  403  200  404  404  404  403  403  404  404
accueil:passage_nouveau           -          200  403  403  403  403  403  200  200  200  200  403  403  200  200
accueil:passage                   passage    200  404  200  200  404  404  200  404  404  404  403  403  404  404
accueil:relais_nouveau            passage    200  403  403  403  403  403  200  404  404  404  403  403  404  404
accueil:relais                    attente    200  403  403  403  403  403  200  404  404  404  403  403  404  404
evaluation:liste                  -          403  200  200  403  403  403  200  200  200  200  403  403  403  200
evaluation:relais                 attente    403  200  404  403  403  403  200  200  404  200  403  403  403  404
evaluation:evaluation             evaluation 403  404  200  403  403  403  404  200  404  200  403  403  403  404
evaluation:evaluation             a_valider  403  200  404  403  403  403  404  200  404  200  403  403  403  404
parcours:liste                    -          403  200  200  200  200  200  200  200  200  200  403  403  403  200
parcours:relais                   suite      403  404  200  404  200  404  404  404  200  200  403  403  403  404
parcours:parcours                 parcours   403  404  200  200  404  404  404  404  200  200  403  403  403  404
parcours:objectif_nouveau         parcours   403  404  200  200  404  404  403  403  403  403  403  403  403  403
parcours:equipe                   parcours   403  404  200  200  404  404  403  403  403  403  403  403  403  403
parcours:ecrit_nouveau            parcours   403  404  200  200  404  404  403  403  403  403  403  403  403  403
parcours:ecrit                    ecrit      403  404  200  200  404  404  404  404  404  404  403  403  403  404
parcours:ecrit                    sante      403  404  404  200  404  404  404  404  404  404  403  403  403  404
parcours:pilotage                 -          403  403  403  403  403  403  200  200  200  200  403  403  403  200
"""

#                                            gos  AS   AS2  pué  psy  ccf  r-ac r-év r-pa sst  dpo  adm  gosC rChat
ACTS = """
accueil:passage_etape                        404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:passage_cloture                      404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:demande_nouvelle                     404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:fait_nouveau                         404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:demande_reprise                      404  403  403  403  403  403  404  404  404  404  403  403  404  404
evaluation:relais_acceptation                403  404  404  403  403  403  403  403  403  403  403  403  403  403
evaluation:relais_retour                     403  404  404  403  403  403  404  404  404  404  403  403  403  404
evaluation:appui                             403  404  404  403  403  403  403  403  403  403  403  403  403  403
evaluation:proposition                       403  404  404  403  403  403  403  403  403  403  403  403  403  403
evaluation:validation                        403  404  404  403  403  403  403  403  403  403  403  403  403  403
evaluation:decision                          403  403  403  403  403  403  404  404  404  404  403  403  403  404
evaluation:sans_accompagnement               403  404  404  403  403  403  403  403  403  403  403  403  403  403
parcours:relais_acceptation                  403  404  404  404  404  404  403  403  403  403  403  403  403  403
parcours:relais_retour                       403  404  404  404  404  404  403  403  403  403  403  403  403  403
"""
