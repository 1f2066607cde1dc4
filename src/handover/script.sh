#!/bin/sh
#: about
#: twice
#: roles
#: run-azcli
set -euf

#: values
#values
#if secret

#: new-secret
new_secret=no
#end

fail() { printf '%s\n' "$*" >&2; exit 1; }

case "$tenant $app_name $web_redirects $native_redirects" in *'<'*'>'*) fail '@placeholder' ;; esac

#: patience
patiently() {
  try=1
  until "$@"; do
    [ "$try" -lt 12 ] || return 1
    try=$((try + 1))
    printf '%s\n' '@waiting' >&2
    sleep 10
  done
}

graph_rest() { az rest --only-show-errors "$@"; }

#: sign-in
[ "$(az cloud show --query name --output tsv)" = "$cloud" ] || az cloud set --name "$cloud"
#if dod
#: dod
az cloud update --name "$cloud" --endpoint-microsoft-graph-resource-id 'https://dod-graph.microsoft.us/'
#end
signed_in=$(az account show --query tenantId --output tsv 2>/dev/null || true)
[ "$signed_in" = "$tenant" ] || az login --tenant "$tenant" --allow-no-subscriptions --output none
graph=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
graph=${graph%/}/v1.0

#: app
if [ -n "$client_id" ]; then
  az ad app show --id "$client_id" --output none || fail '@no-app'
else
  filter="displayName eq '$(printf '%s' "$app_name" | sed "s/'/''/g")'"
  client_id=$(az ad app list --filter "$filter" --query '[].appId' --output tsv)
  case $client_id in *[!0-9a-f-]*) fail '@several-apps' ;; esac
  if [ -z "$client_id" ]; then
    client_id=$(az ad app create --display-name "$app_name" --sign-in-audience "$audience" --query appId --output tsv)
    patiently az ad app show --id "$client_id" --output none
  fi
fi
#if several-tenants
if [ "$(az ad app show --id "$client_id" --query signInAudience --output tsv)" = AzureADMyOrg ]; then
  az ad app update --id "$client_id" --sign-in-audience "$audience"
fi
#end
#if redirects

#: redirects
add_redirect() {
  for present in $(az ad app show --id "$client_id" --query "$1.redirectUris[]" --output tsv); do
    [ "$present" != "$3" ] || return 0
    set -- "$@" "$present"
  done
  shift
  az ad app update --id "$client_id" "$@"
}
#end
#if web
for uri in $web_redirects; do add_redirect web --web-redirect-uris "$uri"; done
#end
#if native
for uri in $native_redirects; do add_redirect publicClient --public-client-redirect-uris "$uri"; done
#end
#if public-client

#: public-client
case $(az ad app show --id "$client_id" --query isFallbackPublicClient --output tsv) in
  [Tt]rue) ;;
  *) az ad app update --id "$client_id" --is-fallback-public-client true ;;
esac
#end

#: principal
principal_id() { az ad sp list --filter "appId eq '$client_id'" --query '[0].id' --output tsv; }
principal=$(principal_id)
if [ -z "$principal" ]; then
  patiently az ad sp create --id "$client_id" --output none
  principal=$(principal_id)
fi
[ -n "$principal" ] || fail '@no-principal'

#: permissions
require() {
  present=$(az ad app show --id "$client_id" --query \
    "requiredResourceAccess[?resourceAppId=='$1'].resourceAccess[] | [?id=='$2' && type=='$3'].id | [0]" --output tsv)
  [ -n "$present" ] || az ad app permission add --only-show-errors --id "$client_id" --api "$1" --api-permissions "$2=$3"
}
#if delegated

consent_delegated() {
  grants="$graph/oauth2PermissionGrants?\$filter=clientId%20eq%20'$principal'"
  mine="value[?consentType=='AllPrincipals' && resourceId=='$1']"
  grant=$(graph_rest --method GET --url "$grants" --query "$mine.id | [0]" --output tsv)
  if [ -z "$grant" ]; then
    body="{\"clientId\":\"$principal\",\"consentType\":\"AllPrincipals\",\"resourceId\":\"$1\",\"scope\":\"$2\"}"
    patiently graph_rest --method POST --url "$graph/oauth2PermissionGrants" --body "$body" --output none
    return
  fi
  scope=$(graph_rest --method GET --url "$grants" --query "$mine.scope | [0]" --output tsv)
  case " $scope " in *" $2 "*) return ;; esac
  graph_rest --method PATCH --url "$graph/oauth2PermissionGrants/$grant" --body "{\"scope\":\"${scope# } $2\"}" --output none
}
#end
#if app-only

consent_app() {
  assignments=$graph/servicePrincipals/$principal/appRoleAssignments
  given="value[?appRoleId=='$2' && resourceId=='$1'].id | [0]"
  [ -z "$(graph_rest --method GET --url "$assignments" --query "$given" --output tsv)" ] || return 0
  body="{\"principalId\":\"$principal\",\"resourceId\":\"$1\",\"appRoleId\":\"$2\"}"
  patiently graph_rest --method POST --url "$assignments" --body "$body" --output none
}
#end

for wanted in $permissions; do
  api=${wanted%%:*} value=${wanted##*:}
  kind=${wanted#*:} kind=${kind%:*}
  resource=$(az ad sp list --filter "appId eq '$api'" --query '[0].id' --output tsv)
  [ -n "$resource" ] || fail '@no-exchange'
  case $kind in Role) list=appRoles ;; *) list=oauth2PermissionScopes ;; esac
  id=$(az ad sp show --id "$resource" --query "${list}[?value=='$value'].id | [0]" --output tsv)
  [ -n "$id" ] || fail '@no-permission' "$value"
  require "$api" "$id" "$kind"
  #: consent
#if delegated
  [ "$kind" != Scope ] || consent_delegated "$resource" "$value"
#end
#if app-only
  [ "$kind" != Role ] || consent_app "$resource" "$id"
#end
done
#if secret

#: secret
secret=
today=$(date -u +%Y%m%d)
for end in $(az ad app credential list --id "$client_id" --query '[].endDateTime' --output tsv); do
  [ "$(printf '%s' "$end" | cut -c 1-10 | tr -d -)" -le "$today" ] || valid=yes
done
if [ "$new_secret" = yes ] || [ -z "${valid:-}" ]; then
  year=$(date -u +%Y) month=$(date -u +%m) day=$(date -u +%d)
  month=$((${month#0} + 6)) day=${day#0}
  [ "$month" -le 12 ] || { month=$((month - 12)) year=$((year + 1)); }
  [ "$day" -le 28 ] || day=28
  ends=$(printf '%04d-%02d-%02d' "$year" "$month" "$day")
  body="{\"passwordCredential\":{\"displayName\":\"smtp-oauth\",\"endDateTime\":\"${ends}T00:00:00Z\"}}"
  object=$(az ad app show --id "$client_id" --query id --output tsv)
  secret=$(graph_rest --method POST --url "$graph/applications/$object/addPassword" --body "$body" \
    --query secretText --output tsv)
fi
#end
#if certificate

#: certificate-azcli
#   az ad app credential reset --id "$client_id" --cert @app.pem --append
#end

printf '\n%s\n' '@send-back'
printf 'tenant         = %s\n' "$(az account show --query tenantId --output tsv)"
printf 'client_id      = %s\n' "$client_id"
#if app-only
printf 'object_id      = %s\n' "$principal"
#end
#if secret
if [ -n "$secret" ]; then
  printf 'client_secret  = %s\nsecret_expires = %s\n%s\n' "$secret" "$ends" '@secret-once'
else
  printf '%s\n' '@secret-kept-azcli'
fi
#end
printf '\n%s\n' '@exchange-azcli-next' >&2

#: exchange-azcli
#exchange-comment
