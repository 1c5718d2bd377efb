"""Role × route × expected status, read like a table; `test_access_table.py` makes the checks.

The world of the table: Aminata came today, her evaluation is validated, `assistant-social-2` is référent of
her parcours, `puericultrice` is in the team and wrote in circle santé. Binta's relais waits at évaluation,
Chloé's evaluation waits for its validation, Dalia's relais waits at accompagnement. Emma's evaluation is being
made: `assistant-social` has asked `puericultrice` for a contribution. `assistant-social-2` has called a round
table (`table`) with `puericultrice`.

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
accueil:coordonnees               aminata    200  404  200  403  403  403  200  404  404  404  403  403  404  404
accueil:usager_numeros            aminata    200  404  200  403  403  403  200  404  404  404  403  403  404  404
accueil:usager_representants      aminata    200  404  200  403  403  403  200  404  404  404  403  403  404  404
accueil:usager_foyer              aminata    200  404  200  403  403  403  200  404  404  404  403  403  404  404
accueil:incidents                 -          200  403  403  403  403  403  200  200  200  200  403  403  200  200
accueil:incident_nouveau          -          200  403  403  403  403  403  200  200  200  200  403  403  200  200
accueil:ecran                     -          403  403  403  403  403  403  200  200  200  200  403  403  403  200
accueil:aide                      -          204  204  204  204  204  204  204  204  204  204  403  403  204  204
accueil:passage_personnes         passage    200  403  403  403  403  403  200  404  404  404  403  403  404  404
accueil:passage_arrivee           passage    200  403  403  403  403  403  200  404  404  404  403  403  404  404
accueil:passage_nouveau           -          200  403  403  403  403  403  200  200  200  200  403  403  200  200
accueil:agenda                    -          200  200  200  200  200  200  200  200  200  200  403  403  200  200
accueil:agenda_ics                -          200  200  200  200  200  200  200  200  200  200  403  403  200  200
accueil:rendez_vous_nouveau       -          302  302  302  302  302  302  302  302  302  302  403  403  302  302
accueil:seances                   -          200  200  200  200  200  200  200  200  200  200  403  403  200  200
accueil:seance_nouvelle           -          302  302  302  302  302  302  302  302  302  302  403  403  302  302
accueil:passage                   passage    200  404  200  200  404  404  200  404  404  404  403  403  404  404
accueil:demande                   demande    200  404  200  200  404  404  200  404  404  404  403  403  404  404
accueil:demande_suite             demande    200  403  403  403  403  403  200  404  404  404  403  403  404  404
accueil:demande_decision          demande    200  403  403  403  403  403  200  404  404  404  403  403  404  404
accueil:demande_aide              demande    200  403  403  403  403  403  200  404  404  404  403  403  404  404
accueil:feuille_de_route          passage    200  403  403  403  403  403  200  404  404  404  403  403  404  404
accueil:relais_nouveau            passage    200  403  403  403  403  403  200  404  404  404  403  403  404  404
accueil:relais                    attente    200  403  403  403  403  403  200  404  404  404  403  403  404  404
accueil:droits                    -          200  403  403  403  403  403  200  200  200  200  403  403  200  200
accueil:echeances                 -          200  403  403  403  403  403  200  200  200  200  403  403  200  200
accueil:doublons                  -          403  403  403  403  403  403  200  403  403  200  403  403  403  403
accueil:fusions                   -          403  403  403  403  403  403  200  403  403  200  403  403  403  403
accueil:mandat_nouveau            aminata  200  403  403  403  403  403  200  404  404  404  403  403  404  404
accueil:demarche_nouvelle         passage  200  403  403  403  403  403  200  404  404  404  403  403  404  404
accueil:demarche_nouvelle_de      aminata  200  403  403  403  403  403  200  404  404  404  403  403  404  404
accueil:orientation_nouvelle      passage  200  403  403  403  403  403  200  404  404  404  403  403  404  404
evaluation:liste                  -          403  200  200  403  403  403  200  200  200  200  403  403  403  200
evaluation:trame                  -          403  200  200  403  403  403  200  200  200  200  403  403  403  200
evaluation:synthese               evaluation 403  404  200  403  403  403  404  404  404  404  403  403  403  404
evaluation:synthese               a_valider  403  200  404  403  403  403  404  200  404  404  403  403  403  404
evaluation:partages               evaluation 403  404  200  403  403  403  403  403  403  403  403  403  403  403
evaluation:relais                 attente    403  200  404  403  403  403  200  200  404  200  403  403  403  404
evaluation:evaluation             evaluation 403  404  200  403  403  403  404  200  404  200  403  403  403  404
evaluation:contributions          -          403  200  200  200  200  200  403  403  403  403  403  403  403  403
evaluation:contribution           demandee   403  404  404  200  404  404  403  403  403  403  403  403  403  403
evaluation:contribution_nouvelle  en_cours   403  200  404  403  403  403  403  403  403  403  403  403  403  403
evaluation:sans_accompagnement    en_cours   403  200  404  403  403  403  403  403  403  403  403  403  403  403
evaluation:evaluation             a_valider  403  200  404  403  403  403  404  200  404  200  403  403  403  404
parcours:liste                    -          403  200  200  200  200  200  200  200  200  200  403  403  403  200
parcours:entree_recherche         -          403  200  200  200  200  200  403  403  403  403  403  403  403  403
parcours:entree_usager            -          403  302  302  302  302  302  403  403  403  403  403  403  403  403
parcours:entree_nouvelle          aminata    403  302  200  200  200  200  403  403  403  403  403  403  403  403
parcours:premiers_objectifs       parcours   403  404  200  200  404  404  403  403  403  403  403  403  403  403
parcours:relais                   suite      403  404  200  404  200  404  404  404  200  200  403  403  403  404
parcours:dossier                  aminata    200  404  200  200  404  404  200  404  404  404  403  403  404  404
parcours:parcours                 parcours   403  404  200  200  404  404  404  404  200  200  403  403  403  404
parcours:objectif_nouveau         parcours   403  404  200  200  404  404  403  403  403  403  403  403  403  403
parcours:equipe                   parcours   403  404  200  200  404  404  403  403  403  403  403  403  403  403
parcours:feuille_de_route         parcours   403  404  200  200  404  404  403  403  403  403  403  403  403  403
parcours:ecrit_nouveau            parcours   403  404  200  200  404  404  403  403  403  403  403  403  403  403
parcours:ecrit                    ecrit      403  404  200  200  404  404  404  404  404  404  403  403  403  404
parcours:ecrit                    sante      403  404  404  200  404  404  404  404  404  404  403  403  403  404
parcours:concertations            -          403  200  200  200  200  200  200  200  200  200  403  403  403  200
parcours:concertation_nouvelle    -          403  200  200  200  200  200  200  200  200  200  403  403  403  200
parcours:concertation             table      403  404  200  200  404  404  404  404  200  200  403  403  403  404
parcours:concertation_modification table     403  404  200  200  404  404  404  404  200  200  403  403  403  404
parcours:concertation_point_nouveau table    403  404  200  200  404  404  403  403  403  403  403  403  403  403
parcours:concertation_compte_rendu table     403  404  302  302  404  404  403  403  403  403  403  403  403  403
parcours:presence_nouvelle        parcours   403  403  403  200  404  404  403  403  403  403  403  403  403  403
parcours:bilan_nouveau            parcours   403  404  200  200  404  404  403  403  403  403  403  403  403  403
parcours:suspension               parcours   403  404  200  404  404  404  403  403  403  403  403  403  403  403
parcours:cloture                  parcours   403  404  200  404  404  404  403  403  403  403  403  403  403  403
parcours:reouverture              parcours   403  404  302  404  404  404  403  403  403  403  403  403  403  403
parcours:pilotage                 -          403  403  403  403  403  403  200  200  200  200  403  403  403  200
parcours:a_relancer              -          403  403  403  403  403  403  200  200  200  200  403  403  403  200
parcours:observatoire            -          403  403  403  403  403  403  200  200  200  200  403  403  403  200
parcours:observatoire_export     -          403  403  403  403  403  403  200  200  200  200  403  403  403  200
parcours:transmissions            -          403  200  200  200  200  200  200  200  200  200  403  403  403  200
parcours:transmission_nouvelle    -          403  200  200  200  200  200  200  200  200  200  403  403  403  200
"""

#                                            gos  AS   AS2  pué  psy  ccf  r-ac r-év r-pa sst  dpo  adm  gosC rChat
ACTS = """
accueil:passage_annulation                   404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:passage_confidentiel                 404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:aide_reponse                         404  404  404  404  404  404  404  404  404  404  403  403  404  404
accueil:aide_fin                             404  404  404  404  404  404  404  404  404  404  403  403  404  404
accueil:passage_etape                        404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:passage_cloture                      404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:rendez_vous_etape                    404  404  404  404  404  404  404  404  404  404  403  403  404  404
accueil:rendez_vous_retablissement           404  404  404  404  404  404  404  404  404  404  403  403  404  404
accueil:seance_annulation                    404  404  404  404  404  404  404  404  404  404  403  403  404  404
accueil:demande_nouvelle                     404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:fait_nouveau                         404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:coordonnee_fin                       404  404  404  403  403  403  404  404  404  404  403  403  404  404
accueil:numero_fin                           404  404  404  403  403  403  404  404  404  404  403  403  404  404
accueil:representant_fin                     404  404  404  403  403  403  404  404  404  404  403  403  404  404
accueil:membre_fin                           404  404  404  403  403  403  404  404  404  404  403  403  404  404
brouillon_abandon                            302  302  302  302  302  302  302  302  302  302  302  302  302  302
accueil:demande_etape                        404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:demande_annulation                   404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:piece_nouvelle                       404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:piece_etat                           404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:demande_reprise                      404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:droit_suivre                         404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:droit_annulation                     404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:fusion_separation                    403  403  403  403  403  403  404  403  403  404  403  403  403  403
accueil:mandat_signature                     404  403  403  403  403  403  404  404  404  404  403  403  404  404
accueil:mandat_revocation                    404  404  404  404  404  404  404  404  404  404  403  403  404  404
accueil:demarche_echeance                    404  403  403  403  403  403  404  404  404  404  403  403  404  404
evaluation:relais_acceptation                403  404  404  403  403  403  403  403  403  403  403  403  403  403
evaluation:relais_retour                     403  404  404  403  403  403  404  404  404  404  403  403  403  404
evaluation:appui                             403  404  404  403  403  403  403  403  403  403  403  403  403  403
evaluation:proposition                       403  404  404  403  403  403  403  403  403  403  403  403  403  403
evaluation:proposition_choix                 403  404  404  403  403  403  403  403  403  403  403  403  403  403
evaluation:contribution_signature            403  404  404  404  404  404  403  403  403  403  403  403  403  403
evaluation:contribution_refus                403  404  404  404  404  404  403  403  403  403  403  403  403  403
evaluation:contribution_retrait              403  404  404  403  403  403  403  403  403  403  403  403  403  403
evaluation:relecture                         403  404  404  403  403  403  403  403  403  403  403  403  403  403
evaluation:validation                        403  404  404  403  403  403  403  403  403  403  403  403  403  403
evaluation:decision                          403  403  403  403  403  403  404  404  404  404  403  403  403  404
parcours:relais_acceptation                  403  404  404  404  404  404  403  403  403  403  403  403  403  403
parcours:relais_retour                       403  404  404  404  404  404  403  403  403  403  403  403  403  403
parcours:transmission_acceptation                403  404  404  404  404  404  403  403  403  403  403  403  403  403
parcours:transmission_lot_acceptation            403  404  404  404  404  404  403  403  403  403  403  403  403  403
parcours:transmission_refus                      403  404  404  404  404  404  403  403  403  403  403  403  403  403
parcours:transmission_annulation                 403  404  404  404  404  404  404  404  404  404  403  403  403  404
parcours:reprise                             403  404  404  404  404  404  403  403  403  403  403  403  403  403
parcours:concertation_tenue                  403  404  404  404  404  404  404  404  404  404  403  403  403  404
parcours:concertation_annulation             403  404  404  404  404  404  404  404  404  404  403  403  403  404
"""
