#: about
#: twice
#: roles
#: modules
#: run-powershell
#stop

#: values
#values
#if secret

#: new-secret
$NewSecret = $false
#end

foreach ($value in @($TenantId, $AppName) + $WebRedirects + $NativeRedirects) {
  if ($value -like '*<*>*') { throw '@placeholder' }
}

#patience

#: sign-in
#connect-graph

#: app
$app = $null
if ($ClientId) {
  $app = Get-MgApplication -Filter "appId eq '$ClientId'"
  if (-not $app) { throw '@no-app' }
} else {
  $found = @(Get-MgApplication -All -Filter ("displayName eq '" + $AppName.Replace("'", "''") + "'"))
  if ($found.Count -gt 1) { throw '@several-apps' }
  if ($found.Count -eq 1) { $app = $found[0] }
}
if (-not $app) { $app = New-MgApplication -DisplayName $AppName -SignInAudience $Audience }
#if several-tenants
if ($app.SignInAudience -eq 'AzureADMyOrg') {
  Invoke-Patiently { Update-MgApplication -ApplicationId $app.Id -SignInAudience $Audience }
}
#end
#if redirects

#: redirects
#end
#if web
$have = @($app.Web.RedirectUris | Where-Object { $_ })
$missing = @($WebRedirects | Where-Object { $have -cnotcontains $_ })
if ($missing) {
  Invoke-Patiently { Update-MgApplication -ApplicationId $app.Id -Web @{ RedirectUris = @($have + $missing) } }
}
#end
#if native
$have = @($app.PublicClient.RedirectUris | Where-Object { $_ })
$missing = @($NativeRedirects | Where-Object { $have -cnotcontains $_ })
if ($missing) {
  Invoke-Patiently { Update-MgApplication -ApplicationId $app.Id -PublicClient @{ RedirectUris = @($have + $missing) } }
}
#end
#if public-client

#: public-client
if (-not $app.IsFallbackPublicClient) {
  Invoke-Patiently { Update-MgApplication -ApplicationId $app.Id -IsFallbackPublicClient:$true }
}
#end

#: permissions
$wanted = foreach ($permission in $Permissions) {
  $api = Get-MgServicePrincipal -Filter "appId eq '$($permission.Api)'"
  if (-not $api) { throw '@no-exchange' }
  $offered = if ($permission.Type -eq 'Role') { $api.AppRoles } else { $api.Oauth2PermissionScopes }
  $match = $offered | Where-Object Value -eq $permission.Value | Select-Object -First 1
  if (-not $match) { throw ('@no-permission' + ' ' + $permission.Value) }
  @{ Api = $permission.Api; ApiId = $api.Id; Type = $permission.Type; Value = $permission.Value; Id = $match.Id }
}
$access = [ordered]@{}
foreach ($entry in @($app.RequiredResourceAccess | Where-Object { $_ })) {
  $access[$entry.ResourceAppId] = @($entry.ResourceAccess | ForEach-Object { @{ Id = $_.Id; Type = $_.Type } })
}
$changed = $false
foreach ($permission in $wanted) {
  $have = @($access[$permission.Api] | Where-Object { $_ })
  if (-not ($have | Where-Object { $_.Id -eq $permission.Id -and $_.Type -eq $permission.Type })) {
    $access[$permission.Api] = @($have + @{ Id = $permission.Id; Type = $permission.Type })
    $changed = $true
  }
}
if ($changed) {
  $list = @($access.Keys | ForEach-Object { @{ ResourceAppId = $_; ResourceAccess = @($access[$_]) } })
  Invoke-Patiently { Update-MgApplication -ApplicationId $app.Id -RequiredResourceAccess $list }
}

#: principal
$principal = Get-MgServicePrincipal -Filter "appId eq '$($app.AppId)'"
if (-not $principal) { $principal = Invoke-Patiently { New-MgServicePrincipal -AppId $app.AppId } }

#: consent
#if delegated
foreach ($group in $wanted | Where-Object { $_.Type -eq 'Scope' } | Group-Object { $_.ApiId }) {
  $names = @($group.Group | ForEach-Object { $_.Value })
  $grant = Get-MgOauth2PermissionGrant -All -Filter "clientId eq '$($principal.Id)'" |
    Where-Object { $_.ConsentType -eq 'AllPrincipals' -and $_.ResourceId -eq $group.Name } | Select-Object -First 1
  if (-not $grant) {
    Invoke-Patiently {
      New-MgOauth2PermissionGrant -ClientId $principal.Id -ConsentType AllPrincipals -ResourceId $group.Name `
        -Scope ($names -join ' ') | Out-Null
    }
  } else {
    $have = @($grant.Scope -split ' ' | Where-Object { $_ })
    $missing = @($names | Where-Object { $have -notcontains $_ })
    if ($missing) {
      Update-MgOauth2PermissionGrant -OAuth2PermissionGrantId $grant.Id -Scope (@($have + $missing) -join ' ')
    }
  }
}
#end
#if app-only
foreach ($permission in $wanted | Where-Object { $_.Type -eq 'Role' }) {
  $given = Get-MgServicePrincipalAppRoleAssignment -All -ServicePrincipalId $principal.Id |
    Where-Object { $_.AppRoleId -eq $permission.Id -and $_.ResourceId -eq $permission.ApiId }
  if (-not $given) {
    Invoke-Patiently {
      New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id -PrincipalId $principal.Id `
        -ResourceId $permission.ApiId -AppRoleId $permission.Id | Out-Null
    }
  }
}
#end
#if secret

#: secret
$secret = $null
$valid = @($app.PasswordCredentials | Where-Object { $_ -and $_.EndDateTime -gt (Get-Date) })
if ($NewSecret -or -not $valid) {
  $ends = (Get-Date).ToUniversalTime().AddMonths(6)
  $secret = Invoke-Patiently {
    Add-MgApplicationPassword -ApplicationId $app.Id -PasswordCredential @{ DisplayName = 'smtp-oauth'; EndDateTime = $ends }
  }
}
#end
#if certificate

#: certificate-powershell
#end

Write-Output ''
Write-Output '@send-back'
Write-Output ('tenant         = ' + (Get-MgContext).TenantId)
Write-Output ('client_id      = ' + $app.AppId)
#if app-only
Write-Output ('object_id      = ' + $principal.Id)
#end
#if secret
if ($secret) {
  Write-Output ('client_secret  = ' + $secret.SecretText)
  Write-Output ('secret_expires = ' + $secret.EndDateTime.ToString('yyyy-MM-dd'))
  Write-Output '@secret-once'
} else {
  Write-Output '@secret-kept-powershell'
}
#end
#if app-id

$AppId = $app.AppId
$ObjectId = $principal.Id
#end

#exchange
