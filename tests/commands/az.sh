#!/bin/sh
# Stands in for Azure CLI: a tenant in files below $AZ. What changes something there is a line in $AZ/changes.
set -eu
all="$*"

option() {
  name=$1 found=
  shift
  for word in "$@"; do
    [ -z "$found" ] || { printf '%s' "$word"; return; }
    [ "$word" != "$name" ] || found=yes
  done
}

changed() { printf '%s\n' "$*" >>"$AZ/changes"; }
shown() { [ ! -e "$AZ/$1" ] || cat "$AZ/$1"; }
# The number of a name: what the look-ups below hand out as an id.
id() { printf '%s' "$1" | cksum | cut -d ' ' -f 1; }

query=$(option --query "$@")
case "$all" in
  'cloud show --query name '*) echo AzureCloud ;;
  'cloud show --query endpoints.microsoftGraphResourceId '*) echo https://graph.example/ ;;
  'account show '*) [ -e "$AZ/tenant" ] && cat "$AZ/tenant" ;;
  'login '*) option --tenant "$@" >"$AZ/tenant" ;;
  'ad app list '*) [ "$(option --filter "$@")" != "$(shown filter)" ] || echo 0f000000-0000-4000-8000-000000000001 ;;
  'ad app create '*)
    changed create "$(option --display-name "$@")" "$(option --sign-in-audience "$@")"
    printf "displayName eq '%s'" "$(option --display-name "$@" | sed "s/'/''/g")" >"$AZ/filter"
    echo 0f000000-0000-4000-8000-000000000001 ;;
  'ad app show '*)
    case "$query" in
      id) echo 0b000000-0000-4000-8000-000000000001 ;;
      'web.redirectUris[]') shown web ;;
      'publicClient.redirectUris[]') shown public ;;
      isFallbackPublicClient) shown fallback ;;
      signInAudience) echo AzureADMultipleOrgs ;;
      requiredResourceAccess*)
        api=${query#*resourceAppId==\'} id=${query#*id==\'} kind=${query#*type==\'}
        ! grep -qx "${api%%\'*} ${id%%\'*}=${kind%%\'*}" "$AZ/access" 2>/dev/null || echo "${id%%\'*}" ;;
      '') ;;
      *) exit 9 ;;
    esac ;;
  'ad app update '*)
    changed "$all"
    case "$all" in
      *--web-redirect-uris*) printf '%s\n' "${all#*--web-redirect-uris }" | tr ' ' '\n' >"$AZ/web" ;;
      *--public-client-redirect-uris*)
        printf '%s\n' "${all#*--public-client-redirect-uris }" | tr ' ' '\n' >"$AZ/public" ;;
      *'--is-fallback-public-client true') echo true >"$AZ/fallback" ;;
      *) exit 9 ;;
    esac ;;
  'ad sp list '*)
    case "$all" in
      *0f000000-*) [ ! -e "$AZ/principal" ] || echo 0d000000-0000-4000-8000-000000000001 ;;
      *00000002-0000-0ff1-ce00-000000000000*) echo exchange ;;
      *00000003-0000-0000-c000-000000000000*) echo graph ;;
    esac ;;
  'ad sp create '*) changed principal && : >"$AZ/principal" ;;
  'ad sp show '*) value=${query#*value==\'} && id "$(option --id "$@") ${value%%\'*}" ;;
  'ad app permission add '*)
    changed permission
    echo "$(option --api "$@") $(option --api-permissions "$@")" >>"$AZ/access" ;;
  'ad app credential list '*) shown secrets ;;
  rest*)
    url=$(option --url "$@") body=$(option --body "$@")
    case "$(option --method "$@") $url" in
      'GET https://graph.example/v1.0/oauth2PermissionGrants?$filter=clientId%20eq%20'*)
        resource=${query#*resourceId==\'} resource=${resource%%\'*}
        case "$query" in
          *.id*) [ ! -e "$AZ/grant-$resource" ] || echo "$resource" ;;
          *) shown "grant-$resource" ;;
        esac ;;
      'POST https://graph.example/v1.0/oauth2PermissionGrants')
        changed "$body"
        resource=${body#*resourceId\":\"} scope=${body#*scope\":\"}
        echo "${scope%%\"*}" >"$AZ/grant-${resource%%\"*}" ;;
      'PATCH https://graph.example/v1.0/oauth2PermissionGrants/'*)
        changed "$body"
        scope=${body#*scope\":\"}
        echo "${scope%%\"*}" >"$AZ/grant-${url##*/}" ;;
      'GET https://graph.example/v1.0/servicePrincipals/'*/appRoleAssignments) shown roles ;;
      'POST https://graph.example/v1.0/servicePrincipals/'*/appRoleAssignments) changed "$body" && echo role >"$AZ/roles" ;;
      'POST https://graph.example/v1.0/applications/0b000000-0000-4000-8000-000000000001/addPassword')
        changed secret
        ends=${body#*endDateTime\":\"}
        echo "${ends%%\"*}" >>"$AZ/secrets"
        echo CANARY~secret ;;
      *) exit 9 ;;
    esac ;;
  *) exit 9 ;;
esac
