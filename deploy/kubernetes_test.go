package deploy_test

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func TestKubernetesSettings(t *testing.T) {
	t.Parallel()
	built := overlay(t, "")
	var d deployment
	object(t, built, "Deployment", &d)
	c := d.Spec.Template.Spec.Containers[0]
	environment := map[string]string{}
	for _, e := range c.Env {
		environment[e.Name] = e.Value
	}
	checkSettings(t, sorted(environment))
	if environment["DATABASE_URL_FILE"] == "" {
		t.Error("two replicas need a database that they share, and there is no DATABASE_URL_FILE")
	}
	var settings, secrets data
	object(t, built, "ConfigMap", &settings)
	object(t, built, "Secret", &secrets)
	openSettings(t, sorted(settings.Data))
	if got := c.EnvFrom[0].ConfigMapRef.Name; got != settings.Metadata.Name {
		t.Errorf("settings come from %q, which is not %q", got, settings.Metadata.Name)
	}
	volume, mount := d.Spec.Template.Spec.Volumes[0], c.VolumeMounts[0]
	if volume.Secret.SecretName != secrets.Metadata.Name || volume.Name != mount.Name {
		t.Errorf("secrets come from %q as %q, which is not %q as %q", volume.Secret.SecretName, mount.Name, secrets.Metadata.Name, volume.Name)
	}
	mounted := map[string]bool{}
	for _, item := range volume.Secret.Items {
		if secrets.Data[item.Key] == "" {
			t.Errorf("the Secret has no %s", item.Key)
		}
		mounted[path.Join(mount.MountPath, item.Path)] = true
	}
	for name, file := range environment {
		if strings.HasSuffix(name, "_FILE") && !mounted[file] {
			t.Errorf("%s is %s, which is not mounted", name, file)
		}
	}
	if len(mounted) != len(secrets.Data) {
		t.Errorf("of the secrets %v only %v are mounted", sorted(secrets.Data), sorted(mounted))
	}
}

func TestKubernetesPods(t *testing.T) {
	t.Parallel()
	var d deployment
	object(t, overlay(t, ""), "Deployment", &d)
	p := d.Spec.Template.Spec
	c := p.Containers[0]
	if s := p.SecurityContext; fmt.Sprint(s.RunAsUser) != imageUser || fmt.Sprint(s.RunAsGroup) != imageUser || fmt.Sprint(s.FSGroup) != imageUser ||
		!s.RunAsNonRoot || s.SeccompProfile.Type != "RuntimeDefault" {
		t.Errorf("the pod's security: %+v", s)
	}
	if s := c.SecurityContext; s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation ||
		!s.ReadOnlyRootFilesystem || !slices.Equal(s.Capabilities.Drop, []string{"ALL"}) {
		t.Errorf("the container's security: %+v", s)
	}
	if p.AutomountServiceAccountToken || p.EnableServiceLinks {
		t.Error("the pod knows of the cluster what it need not")
	}
	if p.TerminationGracePeriodSeconds <= int(stopsWithin.Seconds()) {
		t.Errorf("it is killed after %d seconds, and takes up to %v to stop", p.TerminationGracePeriodSeconds, stopsWithin)
	}
	// Each process holds two sockets, and Slack allows an app ten.
	if most := d.Spec.Replicas + d.Spec.Strategy.RollingUpdate.MaxSurge; d.Spec.Replicas != 2 || most*2 > 10 {
		t.Errorf("%d replicas, and %d during an update", d.Spec.Replicas, most)
	}
	if len(p.Spread) == 0 {
		t.Error("both replicas may be on one node")
	}
	for what, paths := range map[string][2]string{
		"startup": {"/healthz", c.Startup.HTTPGet.Path}, "liveness": {"/healthz", c.Liveness.HTTPGet.Path},
		"readiness": {"/readyz", c.Readiness.HTTPGet.Path},
	} {
		if paths[0] != paths[1] {
			t.Errorf("the %s probe asks %s, want %s", what, paths[1], paths[0])
		}
	}
	for _, asked := range []probe{c.Startup, c.Liveness, c.Readiness} {
		if asked.HTTPGet.Port != c.Ports[0].Name {
			t.Errorf("a probe asks at %s, and the port is %s", asked.HTTPGet.Port, c.Ports[0].Name)
		}
	}
	for _, e := range c.Env {
		if e.Name == "HTTP_ADDR" && e.Value != fmt.Sprintf(":%d", c.Ports[0].ContainerPort) {
			t.Errorf("it listens at %s, and the port is %d", e.Value, c.Ports[0].ContainerPort)
		}
	}
	if c.Resources.Requests["memory"] == "" || c.Resources.Requests["cpu"] == "" || c.Resources.Limits["memory"] == "" {
		t.Errorf("resources: %+v", c.Resources)
	}
}

func TestKubernetesNetwork(t *testing.T) {
	t.Parallel()
	built := overlay(t, "\ncomponents: [../../components/monitoring]\n")
	var policy networkPolicy
	object(t, built, "NetworkPolicy", &policy)
	var in, out []policyPort
	for _, rule := range policy.Spec.Ingress {
		in = append(in, rule.Ports...)
		if len(rule.From) == 0 {
			t.Error("anybody may come in")
		}
	}
	for _, rule := range policy.Spec.Egress {
		out = append(out, rule.Ports...)
	}
	if diff := cmp.Diff([]policyPort{{"TCP", "http"}}, in); diff != "" {
		t.Errorf("in (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]policyPort{{"UDP", "53"}, {"TCP", "53"}, {"TCP", "443"}, {"TCP", "5432"}}, out); diff != "" {
		t.Errorf("out (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Ingress", "Egress"}, policy.Spec.PolicyTypes); diff != "" {
		t.Errorf("it governs (-want +got):\n%s", diff)
	}
	var d deployment
	object(t, built, "Deployment", &d)
	var budget, monitor struct {
		Spec struct {
			MaxUnavailable int `yaml:"maxUnavailable"`
			Selector       struct {
				MatchLabels map[string]string `yaml:"matchLabels"`
			}
			Endpoints []struct{ Port, Path string }
		}
	}
	var service struct {
		Metadata struct{ Labels map[string]string }
		Spec     struct {
			Selector map[string]string
			Ports    []struct {
				Name       string
				TargetPort string `yaml:"targetPort"`
			}
		}
	}
	object(t, built, "PodDisruptionBudget", &budget)
	object(t, built, "Service", &service)
	object(t, built, "ServiceMonitor", &monitor)
	for who, selector := range map[string]map[string]string{
		"the Deployment": d.Spec.Selector.MatchLabels, "the NetworkPolicy": policy.Spec.PodSelector.MatchLabels,
		"the PodDisruptionBudget": budget.Spec.Selector.MatchLabels, "the Service": service.Spec.Selector,
	} {
		if !selects(selector, d.Spec.Template.Metadata.Labels) {
			t.Errorf("%s selects %v, and the pods have %v", who, selector, d.Spec.Template.Metadata.Labels)
		}
	}
	if !selects(monitor.Spec.Selector.MatchLabels, service.Metadata.Labels) || monitor.Spec.Endpoints[0].Port != service.Spec.Ports[0].Name ||
		monitor.Spec.Endpoints[0].Path != "/metrics" || service.Spec.Ports[0].TargetPort != d.Spec.Template.Spec.Containers[0].Ports[0].Name {
		t.Errorf("the ServiceMonitor finds no metrics: %+v of %+v", monitor.Spec, service)
	}
	if budget.Spec.MaxUnavailable >= d.Spec.Replicas {
		t.Errorf("%d of %d replicas may be away", budget.Spec.MaxUnavailable, d.Spec.Replicas)
	}
}

// selects says whether a selector selects what has the labels, and not just everything.
func selects(selector, labels map[string]string) bool {
	for name, value := range selector {
		if labels[name] != value {
			return false
		}
	}
	return len(selector) > 0
}

// newer are fields that came after the schema of the library.
var newer = []string{
	"PodDisruptionBudget.spec.unhealthyPodEvictionPolicy", // Kubernetes 1.27
}

// TestKubernetesFieldsExist holds every field against Kubernetes' own schema.
func TestKubernetesFieldsExist(t *testing.T) {
	t.Parallel()
	for _, r := range overlay(t, "").Resources() {
		schema := openapi.SchemaForResourceType(yaml.TypeMeta{APIVersion: r.GetApiVersion(), Kind: r.GetKind()})
		if schema == nil {
			t.Errorf("Kubernetes knows no %s %s", r.GetApiVersion(), r.GetKind())
			continue
		}
		checkFields(t, r.GetKind(), r.YNode(), schema)
	}
}

func checkFields(t *testing.T, at string, node *yaml.Node, schema *openapi.ResourceSchema) {
	t.Helper()
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(node.Content); i += 2 {
			name := node.Content[i].Value
			field := schema.Field(name)
			switch {
			case field != nil:
				checkFields(t, at+"."+name, node.Content[i+1], field)
			case slices.Contains(newer, at+"."+name):
			case len(schema.Schema.Properties) > 0 || schema.Schema.AdditionalProperties == nil:
				t.Errorf("there is no %s.%s; there are %v", at, name, slices.Sorted(maps.Keys(schema.Schema.Properties)))
			}
		}
	case yaml.SequenceNode:
		if elements := schema.Elements(); elements != nil {
			for i, element := range node.Content {
				checkFields(t, fmt.Sprintf("%s[%d]", at, i), element, elements)
			}
		}
	default: // a value
	}
}
